import { stringify } from 'yaml'
import * as z from 'zod'
import { entryItem, routeItem } from '../../api/items.ts'
import { routeDetail } from '../../api/schema.ts'
import { ok } from '../../base/result.ts'
import { routeKey, routeTitle } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import type { TimelineEntry } from '../../view/timeline-entry.ts'
import type { View } from '../../view/view.ts'
import { endpoint, notFound } from './endpoint.ts'

const maxHistory = 100

type Named = Pick<Route, 'kind' | 'namespace' | 'name'>

export const getRoute = endpoint({
  path: '/api/v1/routes/{kind}/{namespace}/{name}',
  summary: 'One route, its history also after its end, and a command that shows more',
  parameters: z.object({ kind: z.string(), namespace: z.string(), name: z.string() }),
  answer: routeDetail,
  handle: (parts, { view, excerpt }) => {
    const record = view.get(routeKey(parts))
    const history = historyOf(parts, view)
    const known = record?.route ?? history[0]?.route
    if (!known) return notFound(`the operator does not control ${routeTitle(parts)}`)
    return ok({
      route: record ? routeItem(record, view) : null,
      history: history.map(entryItem),
      yaml: record ? stringify(excerpt(record.route)) : '',
      kubectl: kubectlFor(known),
    })
  },
})

function historyOf({ kind, namespace, name }: Named, view: View): TimelineEntry[] {
  const history: TimelineEntry[] = []
  for (const entry of view.timeline.newestFirst()) {
    const { route } = entry
    if (route.name !== name || route.namespace !== namespace || route.kind !== kind) continue
    history.push(entry)
    if (history.length === maxHistory) break
  }
  return history
}

/** Kind and group, since two groups may have a kind of one name. */
function kubectlFor({ apiVersion, kind, namespace, name }: Named & Pick<Route, 'apiVersion'>): string {
  const [group = ''] = apiVersion.split('/')
  const [objectKind = ''] = kind.split('.')
  return `kubectl -n ${namespace} describe ${objectKind.toLowerCase()}.${group}/${name}`
}
