import { isObject } from '../../../sandbox/json.ts'
import { err, ok } from '../../../src/base/result.ts'
import { routeResources } from '../checker/facts.ts'
import { isDoubt } from '../network/ask.ts'
import { resourceOf } from '../network/sent.ts'
import { backendPlants } from './backend-plants.ts'
import { drainPlants } from './drain-plants.ts'
import { farPlants } from './far-plants.ts'
import { gatewayPlants } from './gateway-plants.ts'
import { hedgePlants } from './hedge-plants.ts'
import { leasePlants } from './lease-plants.ts'
import { levelPlants } from './level-plants.ts'
import { limitPlants } from './limit-plants.ts'
import { manualPlants } from './manual-plants.ts'
import { patiencePlants } from './patience-plants.ts'
import type { Planted } from './planted.ts'
import { policyPlants } from './policy-plants.ts'
import { profilePlants } from './profile-plants.ts'
import {
  changed,
  isEventCreation,
  isRaise,
  isRoutePatch,
  isZero,
  neverOlder,
  reworded,
  stepsOf,
  withEvents,
  withPatches,
  withSteps,
  withWeights,
} from './tools.ts'
import { waitPlants } from './wait-plants.ts'

const never = new Promise<never>(() => {})

/** Whoever adds a rule to the checker, or a fault to the stories, adds the bug that it finds. */
export const planted: readonly Planted[] = [
  {
    name: 'decides before sync',
    breaks: ['before sync'],
    within: 40,
    menu: ['restart', 'kill', 'slow', 'mass loss'],
    plant: (transport) =>
      changed(transport, {
        stream: async (req) => {
          const opened = await transport.stream(req)
          if (!opened.ok || req.query?.sendInitialEvents === undefined) return opened
          return { ok: true, value: endsAtOnce(opened.value) }
        },
      }),
  },
  {
    name: 'zeros first',
    breaks: ['all zero'],
    within: 3,
    plant: (transport) =>
      changed(transport, {
        request: async (req) => {
          if (!isRoutePatch(req) || !stepsOf(req).some(isZero)) return transport.request(req)
          await transport.request({ ...req, body: stepsOf(req).filter((step) => !isRaise(step)) })
          const raises = stepsOf(req).filter(isRaise)
          return transport.request({ ...req, body: raises })
        },
      }),
  },
  {
    name: 'no retry',
    breaks: ['not settled'],
    within: 10,
    menu: ['refuse', 'lose'],
    plant: (transport) =>
      changed(transport, {
        request: async (req) => {
          const answer = await transport.request(req)
          return isRoutePatch(req) && !answer.ok ? never : answer
        },
      }),
  },
  {
    name: 'merge patch of the whole list',
    breaks: ['not explained', 'foreign write', 'not ours'],
    within: 10,
    menu: ['edit while it fails over'],
    plant: (transport) =>
      withPatches(transport, (req, known) => {
        const { spec } = withWeights(known, stepsOf(req))
        return transport.request({ ...req, contentType: 'application/merge-patch+json', body: { spec } })
      }),
  },
  {
    name: 'tests of the patch left out',
    breaks: ['not explained', 'not ours'],
    within: 100,
    menu: ['edit while it fails over', 'lag'],
    plant: (transport) => withSteps(transport, (steps) => steps.filter(({ op }) => op !== 'test')),
  },
  {
    name: 'Event before the answer',
    breaks: ['told without transition'],
    within: 5,
    plant: (transport) =>
      withPatches(transport, (req, known) => {
        void transport.request(req)
        return Promise.resolve(ok(withWeights(known, stepsOf(req))))
      }),
  },
  {
    name: 'a refusal taken for success',
    breaks: ['told without transition', 'not settled'],
    within: 10,
    menu: ['refuse', 'lose'],
    plant: (transport) => {
      let last: unknown
      const watching = withEvents(transport, routeResources, (event) => {
        last = event.object
        return event
      })
      return changed(watching, {
        request: async (req) => {
          const answer = await transport.request(req)
          return isRoutePatch(req) && !answer.ok ? ok(last) : answer
        },
      })
    },
  },
  {
    name: 'no new list after a 410',
    breaks: ['not settled', 'not explained'],
    within: 20,
    menu: ['expire', 'unobserved'],
    plant: (transport) =>
      changed(transport, {
        stream: async (req) => {
          const opened = await transport.stream(req)
          if (!opened.ok) return opened
          return {
            ok: true,
            value: onlyNews(opened.value, async () => {
              const again = await transport.stream({
                ...req,
                query: { ...req.query, sendInitialEvents: 'false' },
              })
              return again.ok ? again.value : undefined
            }),
          }
        },
      }),
  },
  {
    name: 'Retry-After not heeded',
    breaks: ['impatient'],
    within: 30,
    menu: ['refuse'],
    plant: (transport) =>
      changed(transport, {
        request: async (req) => {
          const answer = await transport.request(req)
          if (answer.ok || !('retryAfterMs' in answer.error)) return answer
          const { retryAfterMs: _, ...error } = answer.error
          return err(error)
        },
      }),
  },
  {
    name: 'deletions not heard',
    breaks: ['not settled', 'not ours', 'not explained', 'not still'],
    within: 20,
    plant: (transport) =>
      withEvents(transport, ['endpointslices'], (event) => (event.type === 'DELETED' ? undefined : event)),
  },
  {
    name: 'silence not noticed',
    breaks: ['not settled'],
    within: 20,
    menu: ['silence'],
    plant: (transport) =>
      changed(transport, { stream: (req) => transport.stream({ ...req, inactivityMs: 86_400_000 }) }),
  },
  {
    name: 'lists of any age',
    breaks: ['time travel'],
    within: 20,
    menu: ['stale'],
    plant: (transport) =>
      changed(transport, {
        stream: (req) =>
          transport.stream(
            req.query?.sendInitialEvents ? { ...req, query: { ...req.query, resourceVersion: '0' } } : req,
          ),
      }),
  },
  {
    // Without the guard against it (`src/kube/watch/list-freshness.ts`) what had been deleted is back.
    name: 'an older list taken for news',
    breaks: ['not explained'],
    within: 20,
    menu: ['older list'],
    plant: neverOlder,
  },
  {
    // Without the question for its version a server that was restored from a backup is waited for in silence.
    name: 'a restored server not doubted',
    breaks: ['not settled'],
    within: 20,
    menu: ['restore'],
    plant: (transport) =>
      changed(transport, {
        request: (req) => (isDoubt(req) ? Promise.resolve(ok(asFarAsEver)) : transport.request(req)),
      }),
  },
  {
    name: 'unset readiness taken for down',
    breaks: ['not explained', 'not settled'],
    within: 20,
    plant: (transport) => reworded(transport, 'endpointslices', '"ready":null', '"ready":false'),
  },
  {
    name: 'one slice of a Service looked at',
    breaks: ['not explained', 'not settled'],
    within: 20,
    plant: (transport) =>
      withEvents(transport, ['endpointslices'], (event) =>
        isObject(event.object) &&
        isObject(event.object.metadata) &&
        /-[1-9]$/.test(String(event.object.metadata.name))
          ? undefined
          : event,
      ),
  },
  {
    name: 'mirrored Endpoints not looked at',
    breaks: ['not explained', 'not settled'],
    within: 20,
    plant: (transport) =>
      withEvents(transport, ['endpoints'], (event) => (event.type === 'BOOKMARK' ? event : undefined)),
  },
  {
    name: 'unknown taken for down',
    breaks: ['not explained', 'not settled'],
    within: 20,
    menu: ['remote'],
    plant: (transport) => reworded(transport, 'services', '/remote-discovery', '/nothing'),
  },
  {
    name: 'Services that are gone not noticed',
    breaks: ['not explained', 'not settled'],
    within: 20,
    menu: ['withdraw'],
    plant: (transport) =>
      withEvents(transport, ['services'], (event) => (event.type === 'DELETED' ? undefined : event)),
  },
  {
    name: 'another field written',
    breaks: ['foreign write'],
    within: 3,
    plant: (transport) =>
      withSteps(transport, (steps) => [...steps, { op: 'add', path: '/metadata/labels/team', value: 'us' }]),
  },
  {
    name: 'scale of the weights lost',
    breaks: ['not explained'],
    within: 3,
    plant: (transport) =>
      withSteps(transport, (steps) => steps.map((step) => (isRaise(step) ? { ...step, value: 3 } : step))),
  },
  {
    name: 'told twice',
    breaks: ['told without transition'],
    within: 3,
    plant: (transport) =>
      changed(transport, {
        request: (req) => {
          if (isEventCreation(req) && isObject(req.body) && isObject(req.body.metadata)) {
            const metadata = { ...req.body.metadata, name: `${String(req.body.metadata.name)}.again` }
            void transport.request({ ...req, body: { ...req.body, metadata } })
          }
          return transport.request(req)
        },
      }),
  },
  {
    name: 'not told',
    breaks: ['untold transition'],
    within: 20,
    plant: (transport) =>
      changed(transport, {
        request: (req) => (isEventCreation(req) ? Promise.resolve(ok({})) : transport.request(req)),
      }),
  },
  {
    name: 'an Event not sent again',
    breaks: ['untold transition'],
    within: 40,
    menu: ['refuse', 'lose', 'away'],
    plant: (transport) =>
      changed(transport, {
        request: async (req) => {
          const answer = await transport.request(req)
          return isEventCreation(req) ? ok({}) : answer
        },
      }),
  },
  {
    // The write was applied, its answer was lost, and it is forgotten when its second try is refused for what it did.
    name: 'a lost answer taken for a refusal',
    breaks: ['untold transition'],
    within: 40,
    menu: ['lose', 'lag'],
    plant: (transport) =>
      changed(transport, {
        request: async (req) => {
          const answer = await transport.request(req)
          if (!isRoutePatch(req) || answer.ok || answer.error.kind !== 'timeout') return answer
          return err({ kind: 'conflict', message: answer.error.message })
        },
      }),
  },
  {
    name: 'writes without need',
    breaks: ['not still'],
    within: 5,
    plant: (transport, process) =>
      changed(transport, {
        request: (req) => {
          if (isRoutePatch(req)) process.clock.after(1_200_000, () => void transport.request(req))
          return transport.request(req)
        },
      }),
  },
  {
    name: 'watches left open',
    breaks: ['left behind'],
    within: 10,
    menu: ['restart'],
    plant: (transport) =>
      changed(transport, {
        stream: (req) => {
          const { signal: _, ...unbound } = req
          if (resourceOf(req) === 'services') void transport.stream(unbound)
          return transport.stream(req)
        },
      }),
  },
  {
    name: 'writes after the lease is lost',
    breaks: ['not leading'],
    within: 10,
    menu: ['freeze', 'partition'],
    replicas: 2,
    plant: (transport) => {
      let held: unknown
      return changed(transport, {
        request: async (req) => {
          const { mayStart: _, ...unbound } = req
          if (resourceOf(req) !== 'leases') return transport.request(unbound)
          const answer = await transport.request(req)
          if (req.method === 'PUT' && answer.ok) held = answer.value
          // What was once held is held for ever.
          return held === undefined ? answer : ok(held)
        },
      })
    },
  },
  ...gatewayPlants,
  ...backendPlants,
  ...policyPlants,
  ...levelPlants,
  ...patiencePlants,
  ...manualPlants,
  ...limitPlants,
  ...waitPlants,
  ...drainPlants,
  ...profilePlants,
  ...leasePlants,
  ...hedgePlants,
  ...farPlants,
]

const asFarAsEver = { metadata: { resourceVersion: String(Number.MAX_SAFE_INTEGER) }, items: [] }

async function* endsAtOnce(events: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  const annotations = { 'k8s.io/initial-events-end': 'true' }
  yield { type: 'BOOKMARK', object: { metadata: { resourceVersion: '1', annotations } } }
  yield* events
}

/** Goes on with what comes from now on, where a 410 says that something was missed. */
async function* onlyNews(
  events: AsyncIterable<unknown>,
  again: () => Promise<AsyncIterable<unknown> | undefined>,
): AsyncGenerator<unknown> {
  for await (const event of events) {
    if (!isObject(event) || event.type !== 'ERROR') {
      yield event
      continue
    }
    const more = await again()
    if (more) yield* more
    return
  }
}
