import { isObject, type Json, type JsonObject } from '../../../sandbox/json.ts'
import type { Transport } from '../../../src/kube/http/transport.ts'
import { routeResources } from '../checker/facts.ts'
import type { Process } from '../engine/process.ts'
import type { Planted } from './planted.ts'
import { changed, isRoutePatch, reworded, withEvents, withSteps } from './tools.ts'

const approval = 'failover.linkerd.io/return-approved'

/** Bugs about returns that a person must approve. */
export const manualPlants: readonly Planted[] = [
  {
    // Whatever is approved once is approved for ever.
    name: 'approval older than the loss accepted',
    breaks: ['unapproved'],
    within: 5,
    policies: true,
    menu: ['approved before the loss'],
    plant: approvedSoon,
  },
  {
    name: 'what awaits approval forgotten at a restart',
    breaks: ['unapproved'],
    within: 5,
    policies: true,
    menu: ['restart before it is approved'],
    plant: (transport) => reworded(transport, 'failoverpolicies', '"lostTime"', '"forgotten"'),
  },
]

/** Every approval is told of as one of a moment that comes soon. */
function approvedSoon(transport: Transport, process: Process): Transport {
  const soon = (object: Json | undefined): Json | undefined => {
    if (!isObject(object) || !isObject(object.metadata) || !isObject(object.metadata.annotations))
      return object
    const { annotations } = object.metadata
    const time =
      annotations[approval] === undefined
        ? {}
        : { [approval]: new Date(process.clock.wallTime().getTime() + 2_000).toISOString() }
    return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, ...time } } }
  }
  const told = withEvents(
    transport,
    routeResources,
    (event): JsonObject => ({
      ...event,
      object: soon(event.object),
    }),
  )
  const answered = changed(told, {
    request: async (req) => {
      const answer = await told.request(req)
      if (!isRoutePatch(req) || !answer.ok || !isObject(answer.value)) return answer
      return { ok: true, value: soon(answer.value) }
    },
  })
  return withSteps(answered, (steps) => steps.filter(({ path }) => !String(path).includes('annotations')))
}
