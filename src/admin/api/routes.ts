import * as z from 'zod'
import { routeState } from '../../api/common.ts'
import { routeItem } from '../../api/items.ts'
import { routeList } from '../../api/schema.ts'
import { ok } from '../../base/result.ts'
import { findingReasons } from '../../routes/finding.ts'
import { backendServices } from '../../routes/route.ts'
import type { RouteRecord } from '../../view/route-record.ts'
import type { View } from '../../view/view.ts'
import { endpoint } from './endpoint.ts'
import { pageOf, sorts } from './paging.ts'

const maxPage = 1000

const parameters = z.object({
  namespace: z.string().optional(),
  kind: z.string().optional(),
  state: routeState.optional(),
  finding: z
    .enum(['any', ...findingReasons])
    .optional()
    .describe('Only routes with this finding; `any`: with at least one.'),
  cluster: z.string().optional().describe('Only routes with a backend that is mirrored from this cluster.'),
  search: z
    .string()
    .max(253)
    .optional()
    .describe('Only routes whose namespace/name or a backend contains this text, in upper or lower case.'),
  sort: z
    .enum(sorts)
    .default('state')
    .describe(
      '`state`: worst first; after what is dark comes what has a finding. A leading `-` reverses the order.',
    ),
  limit: z.coerce.number().int().min(1).max(maxPage).default(500),
  continue: z
    .string()
    .optional()
    .describe('The value of `continue` from the previous answer, for the next page.'),
})
type Filter = Omit<z.infer<typeof parameters>, 'sort' | 'limit' | 'continue'>

export const getRoutes = endpoint({
  path: '/api/v1/routes',
  summary: 'The routes that the operator controls',
  parameters,
  answer: routeList,
  handle: ({ sort, limit, continue: from, ...filter }, { view }) => {
    const fitting = [...view.records()].filter((record) => fits(record, filter, view))
    const page = pageOf(fitting, { sort, limit, from })
    if (!page.ok) return page
    return ok({
      items: page.value.items.map((record) => routeItem(record, view)),
      total: fitting.length,
      continue: page.value.next ?? null,
      revision: view.revision,
    })
  },
})

function fits({ route, state, findings }: RouteRecord, filter: Filter, view: View): boolean {
  const { namespace, kind, cluster, search, finding } = filter
  if (namespace !== undefined && route.namespace !== namespace) return false
  if (kind !== undefined && route.kind !== kind) return false
  if (filter.state !== undefined && state !== filter.state) return false
  if (finding !== undefined && !findings.some(({ reason }) => finding === 'any' || reason === finding))
    return false
  const services = () => backendServices(route)
  if (cluster !== undefined && !services().some((service) => view.clusterOf(service) === cluster))
    return false
  if (search === undefined) return true
  const wanted = search.toLowerCase()
  return [`${route.namespace}/${route.name}`, ...services()].some((name) =>
    name.toLowerCase().includes(wanted),
  )
}
