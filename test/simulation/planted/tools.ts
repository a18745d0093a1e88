import { dig, isObject, type Json, type JsonObject } from '../../../sandbox/json.ts'
import { ok } from '../../../src/base/result.ts'
import type { KubeRequest, Transport } from '../../../src/kube/http/transport.ts'
import { routeResources } from '../checker/facts.ts'
import { resourceOf } from '../network/sent.ts'

/** A transport that differs from another in some ways. */
export const changed = (transport: Transport, changes: Partial<Transport>): Transport => ({
  request: (req) => transport.request(req),
  stream: (req) => transport.stream(req),
  close: () => transport.close(),
  ...changes,
})

export const isRoutePatch = (req: KubeRequest) =>
  req.method === 'PATCH' && routeResources.includes(resourceOf(req))

export const isEventCreation = (req: KubeRequest) => req.method === 'POST' && resourceOf(req) === 'events'

export const isZero = ({ op, path, value }: JsonObject) =>
  op === 'replace' && String(path).endsWith('weight') && value === 0
export const isRaise = ({ op, path, value }: JsonObject) =>
  op !== 'test' && String(path).endsWith('weight') && value !== 0

/** Changes every event of the watches of some resources; an event that becomes undefined is dropped. */
export function withEvents(
  transport: Transport,
  resources: readonly string[],
  change: (event: JsonObject, resource: string) => JsonObject | undefined,
): Transport {
  return changed(transport, {
    stream: async (req) => {
      const opened = await transport.stream(req)
      const resource = resourceOf(req)
      if (!opened.ok || !resources.includes(resource)) return opened
      return { ok: true, value: mapped(opened.value, (event) => change(event, resource)) }
    },
  })
}

/** Tells something else instead of each event of the watches of a resource: one event, or several. */
export const withMore = (
  transport: Transport,
  resource: string,
  told: (event: JsonObject) => readonly JsonObject[],
): Transport =>
  changed(transport, {
    stream: async (req) => {
      const opened = await transport.stream(req)
      if (!opened.ok || resourceOf(req) !== resource) return opened
      return { ok: true, value: eachOf(opened.value) }
      async function* eachOf(events: AsyncIterable<unknown>) {
        for await (const event of events) yield* isObject(event) ? told(event) : [event]
      }
    },
  })

/** Replaces a piece of text in every event of the watches of a resource. */
export const reworded = (transport: Transport, resource: string, from: string, to: string): Transport =>
  withEvents(transport, [resource], (event) => {
    const next: unknown = JSON.parse(JSON.stringify(event).replaceAll(from, to))
    return isObject(next) ? next : event
  })

/** Changes every backendRef of the routes as the operator is told of them, by watches and by answers to its writes. */
export function withRefs(transport: Transport, change: (ref: JsonObject) => JsonObject): Transport {
  const told = withEvents(transport, routeResources, (event) => ({
    ...event,
    object: withRefsOf(event.object, change),
  }))
  return changed(told, {
    request: async (req) => {
      const answer = await told.request(req)
      if (!isRoutePatch(req) || !answer.ok || !isObject(answer.value)) return answer
      return { ok: true, value: withRefsOf(answer.value, change) }
    },
  })
}

function withRefsOf(object: Json | undefined, change: (ref: JsonObject) => JsonObject): Json | undefined {
  if (!isObject(object) || !isObject(object.spec) || !Array.isArray(object.spec.rules)) return object
  const rules = object.spec.rules.filter(isObject).map(
    ({ backendRefs, ...rule }): JsonObject => ({
      ...rule,
      backendRefs: Array.isArray(backendRefs) ? backendRefs.filter(isObject).map(change) : [],
    }),
  )
  return { ...object, spec: { ...object.spec, rules } }
}

/** Changes the steps of every patch of a route. */
export const withSteps = (
  transport: Transport,
  change: (steps: readonly JsonObject[]) => readonly JsonObject[],
): Transport =>
  changed(transport, {
    request: (req) => transport.request(isRoutePatch(req) ? { ...req, body: change(stepsOf(req)) } : req),
  })

/** Sends each patch of a route another way, which may ask what the watches told last of that route. */
export function withPatches(
  transport: Transport,
  send: (req: KubeRequest, known: JsonObject) => ReturnType<Transport['request']>,
): Transport {
  const seen = new Map<string, JsonObject>()
  const watching = withEvents(transport, routeResources, (event, resource) => {
    if (isObject(event.object) && isObject(event.object.metadata)) {
      seen.set(`${resource}/${String(event.object.metadata.name)}`, event.object)
    }
    return event
  })
  return changed(watching, {
    request: (req) => {
      const known = isRoutePatch(req) ? seen.get(req.path.split('/').slice(-2).join('/')) : undefined
      return known ? send(req, known) : transport.request(req)
    },
  })
}

/** A route with the weights that a patch would set; places that it does not have are left out. */
export function withWeights(object: JsonObject, steps: readonly JsonObject[]): JsonObject {
  const copy = structuredClone(object)
  for (const { op, path, value } of steps) {
    const place = String(path).split('/').slice(1, -1)
    const entry = op === 'test' ? undefined : dig(copy, ...place.map(asStep))
    if (isObject(entry) && value !== undefined) entry.weight = value
  }
  return copy
}

const asStep = (token: string) => (/^\d+$/.test(token) ? Number(token) : token)

/** A transport on which no list is as of an older version than any that it has shown before. */
export function neverOlder(transport: Transport): Transport {
  const newest = new Map<string, number>()
  const raised = (req: KubeRequest, metadata: JsonObject): JsonObject => {
    const version = Math.max(Number(metadata.resourceVersion) || 0, newest.get(resourceOf(req)) ?? 0)
    newest.set(resourceOf(req), version)
    return { ...metadata, resourceVersion: String(version) }
  }
  return changed(transport, {
    request: async (req) => {
      const answer = await transport.request(req)
      if (!answer.ok || !isObject(answer.value) || !isObject(answer.value.metadata)) return answer
      const metadata = raised(req, answer.value.metadata)
      return 'items' in answer.value ? ok({ ...answer.value, metadata }) : answer
    },
    stream: async (req) => {
      const opened = await transport.stream(req)
      if (!opened.ok) return opened
      const events = mapped(opened.value, (event) => {
        const asNewest = withMetadata(event, (metadata) => raised(req, metadata))
        return event.type === 'BOOKMARK' ? asNewest : event
      })
      return { ok: true, value: events }
    },
  })
}

async function* mapped(
  events: AsyncIterable<unknown>,
  change: (event: JsonObject) => JsonObject | undefined,
): AsyncGenerator<unknown> {
  for await (const event of events) {
    const next = isObject(event) && 'type' in event ? change(event) : event
    if (next !== undefined) yield next
  }
}

/** The object of a watch event with some of its metadata replaced. */
export function withMetadata(event: JsonObject, change: (metadata: JsonObject) => JsonObject): JsonObject {
  const { object } = event
  if (!isObject(object) || !isObject(object.metadata)) return event
  return { ...event, object: { ...object, metadata: change(object.metadata) } }
}

/** The steps of a JSON Patch. */
export const stepsOf = ({ body }: KubeRequest): JsonObject[] =>
  Array.isArray(body) ? body.filter((step): step is JsonObject => isObject(step)) : []
