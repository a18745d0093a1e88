import { stringify } from 'yaml'
import * as z from 'zod'
import { happeningItem, routeItem } from '../../api/items.ts'
import { routeDetail } from '../../api/schema.ts'
import { ok } from '../../base/result.ts'
import type { Route } from '../../routes/route.ts'
import type { Happening } from '../../view/timeline-entry.ts'
import type { View } from '../../view/view.ts'
import { endpoint, notFound } from './endpoint.ts'

const maxHistory = 100

export const getRoute = endpoint({
  path: '/api/v1/routes/{kind}/{namespace}/{name}',
  summary: 'One route, what happened to it, and how to look further',
  parameters: z.object({ kind: z.string(), namespace: z.string(), name: z.string() }),
  answer: routeDetail,
  handle: ({ kind, namespace, name }, { view, excerpt }) => {
    const standing = view.get(`${kind}/${namespace}/${name}`)
    if (!standing) return notFound(`the operator looks after no ${kind} ${namespace}/${name}`)
    return ok({
      route: routeItem(standing, view),
      history: historyOf(standing.route, view).map(happeningItem),
      yaml: stringify(excerpt(standing.route)),
      kubectl: kubectlFor(standing.route),
    })
  },
})

function historyOf({ kind, namespace, name }: Route, view: View): Happening[] {
  const history: Happening[] = []
  for (const happening of view.timeline.newestFirst()) {
    const { route } = happening
    if (route.name !== name || route.namespace !== namespace || route.kind !== kind) continue
    history.push(happening)
    if (history.length === maxHistory) break
  }
  return history
}

/** Kind and group, since two groups may have a kind of one name. */
function kubectlFor({ apiVersion, objectKind, namespace, name }: Route): string {
  const [group = ''] = apiVersion.split('/')
  return `kubectl -n ${namespace} describe ${objectKind.toLowerCase()}.${group}/${name}`
}
