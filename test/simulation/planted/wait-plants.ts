import { isObject, type Json, type JsonObject } from '../../../sandbox/json.ts'
import type { Clock } from '../../../src/base/clock.ts'
import type { Transport } from '../../../src/kube/http/transport.ts'
import { routeResources } from '../checker/facts.ts'
import type { Process } from '../engine/process.ts'
import { resourceOf } from '../network/sent.ts'
import { Insertions, withInsertions } from './insertions.ts'
import type { Planted } from './planted.ts'
import { changed, withMetadata, withMore } from './tools.ts'

const hourMs = 3_600_000

/** What its clock shows to a process while it takes in something that it is told (ms). */
const shown = new WeakMap<Process, number | undefined>()
const asShown = (clock: Clock, process: Process): Clock => ({
  ...clock,
  now: () => shown.get(process) ?? clock.now(),
})

/** Bugs about for how long a lost backend was ready. */
export const waitPlants: readonly Planted[] = [
  {
    // What is back was ready since it was lost.
    name: 'a wait counted from the failover',
    breaks: ['early'],
    within: 40,
    seed: 5,
    menu: ['wait'],
    clockPlant: asShown,
    plant: (transport, process) => {
      const slices = new ReadySlices()
      const lostAt = new Map<string, number>()
      return takenIn(transport, process, (resource, event) => {
        if (resource !== 'endpointslices') return undefined
        const { service, before, after } = slices.take(event)
        if (before && !after) lostAt.set(service, process.clock.now())
        return !before && after ? lostAt.get(service) : undefined
      })
    },
  },
  {
    // What is known again was ready all the time.
    name: 'a wait that goes on while readiness is unknown',
    breaks: ['early'],
    within: 40,
    seed: 32,
    menu: ['unknown while it waits'],
    clockPlant: asShown,
    plant: (transport, process) => {
      const slices = new ReadySlices()
      const since = new Map<string, number>()
      const unknown = new Set<string>()
      return takenIn(transport, process, (resource, event) => {
        if (resource === 'endpointslices') {
          const { service, before, after } = slices.take(event)
          if (!before && after) since.set(service, process.clock.now())
        }
        if (resource !== 'services') return undefined
        const service = keyOf(event)
        const wasUnknown = unknown.delete(service)
        if (JSON.stringify(event).includes('/remote-discovery')) unknown.add(service)
        else if (wasUnknown) return since.get(service)
        return undefined
      })
    },
  },
  {
    // When the clock is set on, every wait is over; when it is set back, none is for long.
    name: 'a wait by the time of day',
    breaks: ['early', 'not settled'],
    within: 60,
    seed: 32,
    menu: ['clock set while it waits'],
    clockPlant: (clock) => ({ ...clock, now: () => clock.wallTime().getTime() }),
  },
  {
    // As if it had watched for an hour before its first second.
    name: 'what is ready at the start taken for ready since long',
    breaks: ['early'],
    within: 40,
    seed: 32,
    menu: ['killed while it waits'],
    clockPlant: (clock) => ({
      ...clock,
      now: () => clock.now() + (clock.now() > 1_000 ? hourMs : 0),
    }),
  },
  {
    // Whoever begins to lead has just seen everything become ready.
    name: 'waits from scratch at a hand-over',
    breaks: ['late'],
    within: 10,
    menu: ['service', 'hand-over while it waits'],
    replicas: 2,
    plant: (transport, process) => {
      const slices = new Insertions()
      let leads = false
      return changed(withInsertions(transport, 'endpointslices', slices), {
        request: async (req) => {
          const answer = await transport.request(req)
          if (resourceOf(req) !== 'leases') return answer
          const led = leads
          leads = answer.ok && JSON.stringify(answer.value).includes(`"holderIdentity":"${process.name}"`)
          if (leads && !led) await slices.insert()
          return answer
        },
      })
    },
  },
  {
    // Tiers that change, and change back, leave nothing to go by but the weights.
    name: 'what serves read from the weights at each look',
    breaks: ['not undone'],
    within: 5,
    menu: ['service', 'git while it waits'],
    plant: (transport) =>
      routeResources.reduce(
        (changing, resource) =>
          withMore(changing, resource, (event) =>
            event.type === 'MODIFIED' ? [reversedBefore(event), event] : [event],
          ),
        transport,
      ),
  },
]

/** An event of the version before, of an object whose backends were in reverse order. */
const reversedBefore = (event: JsonObject): JsonObject =>
  withMetadata({ ...event, object: reversed(event.object) }, (metadata) => ({
    ...metadata,
    resourceVersion: String(Number(metadata.resourceVersion) - 1),
  }))

/** An object whose backends are in reverse order. */
const reversed = (value: Json | undefined): Json | undefined => {
  if (Array.isArray(value)) return value.map((item) => reversed(item) ?? null)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      const isBackends = ['backends', 'backendRefs'].includes(name) && Array.isArray(part)
      return [name, isBackends ? part.toReversed() : reversed(part)]
    }),
  )
}

/** Shows a process another time while it takes in an event: since when (ms) that is so. */
const takenIn = (
  transport: Transport,
  process: Process,
  since: (resource: string, event: JsonObject) => number | undefined,
): Transport =>
  changed(transport, {
    stream: async (req) => {
      const opened = await transport.stream(req)
      return opened.ok ? { ok: true, value: shownSince(opened.value, resourceOf(req)) } : opened
      async function* shownSince(events: AsyncIterable<unknown>, resource: string) {
        for await (const event of events) {
          const isNews = isObject(event) && event.type !== 'BOOKMARK' && isObject(event.object)
          shown.set(process, isNews ? since(resource, event) : undefined)
          yield event
          shown.delete(process)
        }
      }
    },
  })

/** Which slices of each Service have something ready. */
class ReadySlices {
  readonly #ready = new Map<string, Set<string>>()

  /** Whether its Service has something ready before an event, and after it. */
  take(event: JsonObject): { readonly service: string; readonly before: boolean; readonly after: boolean } {
    const name = keyOf(event)
    const service = name.slice(0, name.lastIndexOf('-'))
    const slices = this.#ready.get(service) ?? new Set()
    this.#ready.set(service, slices)
    const before = slices.size > 0
    const isReady = event.type !== 'DELETED' && /"ready":(true|null)/.test(JSON.stringify(event))
    if (isReady) slices.add(name)
    else slices.delete(name)
    return { service, before, after: slices.size > 0 }
  }
}

/** `shop/web`. */
function keyOf({ object }: JsonObject): string {
  const metadata = isObject(object) && isObject(object.metadata) ? object.metadata : {}
  return `${metadata.namespace}/${metadata.name}`
}
