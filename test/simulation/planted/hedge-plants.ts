import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import { err, ok } from '../../../src/base/result.ts'
import type { KubeRequest, Transport } from '../../../src/kube/http/transport.ts'
import { routeResources } from '../checker/facts.ts'
import { isHedge } from '../checker/hedge.ts'
import { resourceOf } from '../network/sent.ts'
import type { Planted } from './planted.ts'
import { changed, isEventCreation, isRoutePatch, withEvents, withMetadata } from './tools.ts'

const menu = ['dead leader', 'remote']

/** Bugs about what a standby does while no leader acts. */
export const hedgePlants: readonly Planted[] = [
  {
    // What its watches have told is what it reads: a primary that is back is still lost.
    name: 'a standby trusts its watches',
    breaks: ['not explained'],
    within: 30,
    menu,
    replicas: 3,
    plant: readsItsWatches,
  },
  {
    // The same of another cluster.
    name: 'a standby trusts its watches of another cluster',
    breaks: ['not explained'],
    within: 60,
    linked: true,
    menu: ['dead leader', 'far', 'export'],
    replicas: 3,
    farPlant: readsItsWatches,
  },
  {
    // A Service whose endpoints are in another cluster that cannot be read is down.
    name: 'a standby takes unknown for down',
    breaks: ['not explained'],
    within: 30,
    menu,
    replicas: 2,
    plant: (transport) => withoutLeader(withoutMarks(transport)),
  },
  {
    // Returns and shares too, and at once.
    name: 'a standby writes whatever is due',
    breaks: ['not explained'],
    within: 10,
    menu,
    replicas: 2,
    plant: (transport) =>
      changed(transport, {
        request: (req) => transport.request(isRoutePatch(req) ? asStandby(req) : req),
      }),
  },
  {
    name: 'the move of a standby is reported twice',
    breaks: ['told without transition'],
    within: 30,
    menu,
    replicas: 2,
    plant: (transport) => {
      const own = new Set<string>()
      return changed(transport, {
        request: async (req) => {
          if (isRoutePatch(req) && !isHedge({ request: req })) own.add(nameOf(req.path))
          const answer = await transport.request(req)
          if (answer.ok && isEventCreation(req) && !own.has(regarding(req)))
            await transport.request({ ...req, body: renamed(req.body) })
          return answer
        },
      })
    },
  },
  {
    // Nobody knows the weights of a standby from those of an owner.
    name: 'the move of a standby is not reported',
    breaks: ['untold transition'],
    within: 30,
    menu,
    replicas: 2,
    plant: (transport) =>
      withEvents(transport, routeResources, (event) =>
        withMetadata(event, ({ managedFields: _, ...metadata }) => metadata),
      ),
  },
]

const asStandby = (req: KubeRequest): KubeRequest => ({
  ...req,
  query: { ...req.query, fieldManager: 'linkerd-failover-standby' },
})

/** Whoever leads cannot write. */
const withoutLeader = (transport: Transport): Transport =>
  changed(transport, {
    request: async (req) =>
      isRoutePatch(req) && !isHedge({ request: req })
        ? err({ kind: 'server', status: 500, message: 'a fault of this plant', retryAfterMs: 10_000 })
        : transport.request(req),
  })

const marks = ['multicluster.linkerd.io/', 'mirror.linkerd.io/']

const unmarked = (map: unknown): JsonObject =>
  Object.fromEntries(
    Object.entries(isObject(map) ? map : {}).filter(([key]) => !marks.some((mark) => key.startsWith(mark))),
  )

const unmarkedMeta = (metadata: JsonObject): JsonObject => ({
  ...metadata,
  labels: unmarked(metadata.labels),
  annotations: unmarked(metadata.annotations),
})

/** Services do not say where their endpoints are. */
function withoutMarks(transport: Transport): Transport {
  const watching = withEvents(transport, ['services'], (event) => withMetadata(event, unmarkedMeta))
  return changed(watching, {
    request: async (req) => {
      const answer = await watching.request(req)
      if (resourceOf(req) !== 'services' || !answer.ok) return answer
      return ok(withItems(answer.value, (item) => ({ ...item, metadata: unmarkedMeta(metaOf(item)) })))
    },
  })
}

const metaOf = ({ metadata }: JsonObject): JsonObject => (isObject(metadata) ? metadata : {})

function withItems(list: unknown, change: (item: JsonObject) => JsonObject): unknown {
  const items = isObject(list) && Array.isArray(list.items) ? list.items.filter(isObject) : undefined
  return items && isObject(list) ? { ...list, items: items.map(change) } : list
}

/** Reads of one namespace are answered with what the watches have told. */
function readsItsWatches(transport: Transport): Transport {
  const told = new Map<string, Map<string, JsonObject>>()
  const resources = ['services', 'endpoints', 'endpointslices']
  const watching = withEvents(transport, resources, (event, resource) => {
    const { type, object } = event
    const known = told.get(resource) ?? new Map<string, JsonObject>()
    told.set(resource, known)
    if (!isObject(object) || type === 'BOOKMARK' || type === 'ERROR') return event
    const key = `${String(metaOf(object).namespace)}/${String(metaOf(object).name)}`
    if (type === 'DELETED') known.delete(key)
    else known.set(key, object)
    return event
  })
  return changed(watching, {
    request: async (req) => {
      const [, namespace] = /\/namespaces\/([^/]+)\/[^/]+$/.exec(req.path) ?? []
      const known = told.get(resourceOf(req))
      if (req.method !== 'GET' || namespace === undefined || !known) return watching.request(req)
      const items = [...known.values()].filter(
        (item) => metaOf(item).namespace === namespace && isSelected(item, req),
      )
      return ok({ metadata: { resourceVersion: '1' }, items })
    },
  })
}

function isSelected(item: JsonObject, { query = {} }: KubeRequest): boolean {
  const { name, labels } = metaOf(item)
  const wanted = query.fieldSelector?.replace('metadata.name=', '')
  const requirements = (query.labelSelector ?? '').split(/,(?![^(]*\))/).filter((part) => part !== '')
  return (
    (wanted === undefined || wanted === name) &&
    requirements.every((part) => {
      const [key = '', values = ''] = part.split(/ in |=/)
      return values
        .replace(/[()]/g, '')
        .split(',')
        .includes(String(isObject(labels) ? labels[key] : ''))
    })
  )
}

/** `shop/web`, of the path of a route. */
const nameOf = (path: string): string => {
  const [namespace, , name] = path.split('/').slice(-3)
  return `${namespace}/${name}`
}

function regarding({ body }: KubeRequest): string {
  const about = isObject(body) && isObject(body.regarding) ? body.regarding : {}
  return `${String(about.namespace)}/${String(about.name)}`
}

function renamed(body: unknown): unknown {
  if (!isObject(body) || !isObject(body.metadata)) return body
  return { ...body, metadata: { ...body.metadata, name: `${String(body.metadata.name)}-again` } }
}
