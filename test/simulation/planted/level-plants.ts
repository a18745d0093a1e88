import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import type { Clock } from '../../../src/base/clock.ts'
import { ok } from '../../../src/base/result.ts'
import type { Transport } from '../../../src/kube/http/transport.ts'
import type { Process } from '../engine/process.ts'
import { resourceOf } from '../network/sent.ts'
import { rootNamespace } from '../story/own-definitions.ts'
import type { Planted } from './planted.ts'
import { changed, withEvents, withMore } from './tools.ts'

const policies = 'failoverpolicies'
/** So long (ms) a policy that was deleted still applies. */
const settleMs = 10_000

/** By how much the clock of a process is ahead (ms). */
const ahead = new WeakMap<Process, number>()

/** Bugs about what FailoverPolicies ask for, and which of them count. */
export const levelPlants: readonly Planted[] = [
  {
    // Time passes at once where ten seconds have to.
    name: 'deleted policy over at once',
    breaks: ['not explained'],
    within: 20,
    policies: true,
    menu: ['policy again', 'policy'],
    clockPlant: hasty,
  },
  {
    name: 'a default of the schema beats the Mesh',
    breaks: ['not explained', 'not settled', 'untrue status'],
    within: 20,
    policies: true,
    menu: ['policies meet'],
    plant: (transport) =>
      withSpecs(transport, (spec) => ({ minReady: { count: 1 }, failback: { after: '0s' }, ...spec })),
  },
  {
    name: 'the younger of two policies wins',
    breaks: ['not explained', 'not settled', 'untrue status'],
    within: 20,
    policies: true,
    menu: ['policies meet'],
    plant: (transport) =>
      withPolicies(transport, (policy, { creationTimestamp }) => ({
        ...policy,
        metadata: {
          ...(isObject(policy.metadata) ? policy.metadata : {}),
          creationTimestamp: new Date(4e12 - Date.parse(String(creationTimestamp))).toISOString(),
        },
      })),
  },
  {
    name: 'a policy of the Mesh followed in any namespace',
    breaks: ['not explained', 'not settled', 'untrue status'],
    within: 20,
    seed: 8,
    policies: true,
    menu: ['wrong policy'],
    plant: (transport) =>
      withPolicies(transport, (policy, metadata) =>
        JSON.stringify(policy.spec).includes('"Mesh"')
          ? { ...policy, metadata: { ...metadata, namespace: rootNamespace } }
          : policy,
      ),
  },
  {
    // The end of the list comes first, and then what is in it.
    name: 'moves before policies are known',
    breaks: ['not explained'],
    within: 40,
    seed: 13,
    policies: true,
    menu: ['blind to policies'],
    plant: (transport) =>
      changed(transport, {
        stream: async (req) => {
          const opened = await transport.stream(req)
          const isList = resourceOf(req) === policies && req.query?.sendInitialEvents !== undefined
          return opened.ok && isList ? { ok: true, value: endFirst(opened.value) } : opened
        },
      }),
  },
  {
    // Pods that go are listed as Pods that are not ready.
    name: 'Pods that terminate are listed',
    breaks: ['not explained', 'not settled', 'untrue status'],
    within: 60,
    seed: 20,
    policies: true,
    menu: ['counts'],
    plant: (transport) =>
      withMore(transport, 'endpointslices', (event) => [
        JSON.parse(
          JSON.stringify(event).replaceAll(
            '"ready":true,"serving":true,"terminating":true',
            '"ready":false,"serving":false,"terminating":false',
          ),
        ),
      ]),
  },
  {
    name: 'a DryRun writes',
    breaks: ['not explained', 'not settled'],
    within: 30,
    seed: 8,
    policies: true,
    menu: ['policies meet'],
    plant: (transport) => withSpecs(transport, ({ enforcement: _, ...spec }) => spec),
  },
  {
    name: 'the status of a policy is not written',
    breaks: ['untrue status'],
    within: 5,
    policies: true,
    menu: ['policy'],
    plant: (transport) =>
      changed(transport, {
        request: async (req) =>
          req.path.endsWith('/status') && resourceOf(req) === policies ? ok({}) : transport.request(req),
      }),
  },
]

/** A timer of ten seconds goes off at once, and then it is ten seconds later. */
function hasty(clock: Clock, process: Process): Clock {
  return {
    ...clock,
    now: () => clock.now() + (ahead.get(process) ?? 0),
    after: (ms, callback) =>
      ms === settleMs
        ? clock.after(1, () => {
            ahead.set(process, (ahead.get(process) ?? 0) + settleMs)
            callback()
          })
        : clock.after(ms, callback),
  }
}

/** Changes every policy that a watch tells of. */
const withPolicies = (
  transport: Transport,
  change: (policy: JsonObject, metadata: JsonObject) => JsonObject,
): Transport =>
  withEvents(transport, [policies], (event) =>
    isObject(event.object) && isObject(event.object.metadata) && event.type !== 'BOOKMARK'
      ? { ...event, object: change(event.object, event.object.metadata) }
      : event,
  )

const withSpecs = (transport: Transport, change: (spec: JsonObject) => JsonObject): Transport =>
  withPolicies(transport, (policy) =>
    isObject(policy.spec) ? { ...policy, spec: change(policy.spec) } : policy,
  )

async function* endFirst(events: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  const held: unknown[] = []
  let isOver = false
  for await (const event of events) {
    if (isOver) yield event
    else if (isObject(event) && event.type === 'BOOKMARK') {
      isOver = true
      yield event
      yield* held
    } else held.push(event)
  }
}
