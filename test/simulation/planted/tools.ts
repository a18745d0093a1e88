import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import type { KubeRequest, Transport } from '../../../src/kube/transport.ts'
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

/** Changes every event of the watches of one resource; an event that becomes undefined is dropped. */
export function withEvents(
  transport: Transport,
  resource: string,
  change: (event: JsonObject) => JsonObject | undefined,
): Transport {
  return changed(transport, {
    stream: async (req) => {
      const opened = await transport.stream(req)
      if (!opened.ok || resourceOf(req) !== resource) return opened
      return { ok: true, value: mapped(opened.value, change) }
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
