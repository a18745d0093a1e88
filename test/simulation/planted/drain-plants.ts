import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import type { Clock } from '../../../src/base/clock.ts'
import type { Transport } from '../../../src/kube/http/transport.ts'
import { routeResources } from '../checker/facts.ts'
import type { Planted } from './planted.ts'
import { withEvents, withMetadata, withSteps } from './tools.ts'

/** Bugs about what is taken out on purpose. */
export const drainPlants: readonly Planted[] = [
  {
    name: 'expired Drain kept',
    breaks: ['drain outlived'],
    within: 20,
    seed: 204,
    drains: true,
    menu: ['drain'],
    plant: (transport) => withSpecs(transport, (spec) => ({ ...spec, until: '2036-01-01T00:00:00Z' })),
  },
  {
    // As if who deletes a Drain never created it again at once.
    name: 'deleted Drain over at once',
    breaks: ['into a drain', 'not explained'],
    within: 20,
    seed: 301,
    drains: true,
    menu: ['drain again'],
    plant: (transport, { clock }) => endingIn(2, transport, clock),
  },
  {
    // Those that go with the definition end as all others do.
    name: 'Drains over because their kind was removed',
    breaks: ['into a drain', 'not explained', 'not settled'],
    within: 40,
    seed: 101,
    drains: true,
    menu: ['drain kind'],
    plant: (transport, { clock }) => endingIn(10_000, transport, clock),
  },
  {
    name: 'drained last one left dark while another is unknown',
    breaks: ['dark by drain'],
    within: 20,
    seed: 103,
    drains: true,
    menu: ['last resort'],
    plant: (transport) => withSpecs(transport, (spec) => ({ ...spec, lastResort: 'Never' })),
  },
  {
    // Whoever serves needs no wait; who comes back from a Drain does.
    name: 'going back after a Drain by what it takes to stay',
    breaks: ['early'],
    within: 40,
    seed: 201,
    drains: true,
    menu: ['return after a drain'],
    plant: (transport) => {
      let isDrained = false
      const watching = withEvents(transport, ['drains'], (event) => {
        isDrained ||= event.type === 'ADDED'
        return event
      })
      const shorter = withEvents(watching, routeResources, (event) =>
        withMetadata(event, (metadata) => (isDrained ? withShortWait(metadata) : metadata)),
      )
      return withSteps(shorter, (steps) => steps.filter(({ path }) => !String(path).includes('annotations')))
    },
  },
]

/** A Drain that is deleted looks as if its author had written that it ends after some time (ms). */
const endingIn = (ms: number, transport: Transport, clock: Clock): Transport =>
  withEvents(transport, ['drains'], (event) => {
    if (event.type !== 'DELETED' || !isObject(event.object)) return event
    const until = new Date(clock.wallTime().getTime() + ms).toISOString()
    const object = withSpec(event.object, (spec) => ({ ...spec, lastResort: 'Allow', until }))
    return { type: 'MODIFIED', object }
  })

/** Changes what every Drain asks for, as a watch tells of it. */
const withSpecs = (transport: Transport, change: (spec: JsonObject) => JsonObject): Transport =>
  withEvents(transport, ['drains'], (event) =>
    isObject(event.object) && event.type !== 'BOOKMARK'
      ? { ...event, object: withSpec(event.object, change) }
      : event,
  )

const withSpec = (object: JsonObject, change: (spec: JsonObject) => JsonObject): JsonObject =>
  isObject(object.spec) ? { ...object, spec: change(object.spec) } : object

const waitAnnotation = 'failover.linkerd.io/failback-after'

function withShortWait(metadata: JsonObject): JsonObject {
  const { annotations } = metadata
  if (!isObject(annotations) || annotations[waitAnnotation] === undefined) return metadata
  return { ...metadata, annotations: { ...annotations, [waitAnnotation]: '1s' } }
}
