import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import type { Transport } from '../../../src/kube/http/transport.ts'
import type { Planted } from './planted.ts'
import { withEvents } from './tools.ts'

/** Bugs about what is taken out on purpose. */
export const drainPlants: readonly Planted[] = [
  {
    name: 'expired Drain kept',
    breaks: ['drain outlived'],
    within: 20,
    drains: true,
    menu: ['drain'],
    plant: (transport) => withSpecs(transport, (spec) => ({ ...spec, until: '2036-01-01T00:00:00Z' })),
  },
  {
    // As if who deletes a Drain never created it again at once.
    name: 'deleted Drain over at once',
    breaks: ['into a drain', 'not explained'],
    within: 20,
    drains: true,
    menu: ['drain'],
    plant: (transport, { clock }) =>
      withEvents(transport, ['drains'], (event) =>
        event.type === 'DELETED' && isObject(event.object)
          ? {
              type: 'MODIFIED',
              object: withSpec(event.object, (spec) => ({
                ...spec,
                until: new Date(clock.wallTime().getTime() + 2).toISOString(),
              })),
            }
          : event,
      ),
  },
]

/** Changes what every Drain asks for, as a watch tells of it. */
const withSpecs = (transport: Transport, change: (spec: JsonObject) => JsonObject): Transport =>
  withEvents(transport, ['drains'], (event) =>
    isObject(event.object) && event.type !== 'BOOKMARK'
      ? { ...event, object: withSpec(event.object, change) }
      : event,
  )

const withSpec = (object: JsonObject, change: (spec: JsonObject) => JsonObject): JsonObject =>
  isObject(object.spec) ? { ...object, spec: change(object.spec) } : object
