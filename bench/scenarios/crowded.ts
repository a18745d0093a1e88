import { setTimeout as delay } from 'node:timers/promises'
import { programName as namespace } from '../../src/base/names.ts'
import { ref } from '../../src/routes/testing/gateway-objects.ts'
import type { Body } from '../../test/control-plane/api.ts'
import { inParallel, upTo } from '../../test/e2e/in-parallel.ts'
import { controlled } from '../../test/e2e/objects.ts'
import { median, type Outcome } from '../figures.ts'
import { pathOf } from '../kind.ts'
import { startProbed } from '../probed.ts'
import { pairName, type Stand } from '../stand.ts'

const rules = 3
const matchesPerRule = 40
/** So long a finding must last before it is reported (5 s), and as long again for the work that this is (ms). */
const settledMs = 10_000

/**
 * Many routes of one Service, with 120 matches each: for how long the event loop stands still at most after one of them
 * was edited, so that all must be compared again; the median of all rounds, since other programs make it stand still
 * as well. Fails if the operator lost its lease meanwhile.
 */
export async function crowded(stand: Stand, routes: number, rounds: number): Promise<Outcome> {
  await stand.grow(1)
  const { api } = stand.controlPlane
  await inParallel(upTo(routes), (i) => api.create(pathOf(stand.kind), crowdedRoute(i)))
  const { operator, mark, stop } = startProbed(stand, [
    '--leader-elect',
    '--leader-elect-resource-namespace',
    namespace,
  ])
  await operator.ready()
  await delay(2 * settledMs)
  for (let round = 0; round < rounds; round++) {
    mark()
    const edit = [{ op: 'replace', path: '/spec/rules/0/matches/0/path/value', value: `/edited/${round}` }]
    await api.patch(pathOf(stand.kind, nameOf(0)), edit, 'json-patch')
    await delay(settledMs)
  }
  mark()
  const transitions = await operator.metric('linkerd_failover_leader_transitions_total')
  const edits = (await stop()).slice(1, -1)
  if (transitions !== 1) throw new Error(`the operator lost its lease: ${transitions} transitions`)
  const count = routes.toLocaleString('en')
  const measure = `longest event-loop stall after an edit of 1 of ${count} routes of a Service`
  return {
    figures: [{ measure, unit: 'ms', operator: median(edits.map(({ longest }) => longest)), aim: 25 }],
  }
}

const nameOf = (route: number): string => `crowd-${route}`

/** One match of each is that of all others; so each has a conflict with all others. */
function crowdedRoute(route: number): Body {
  const service = pairName(0)
  const matches = (rule: number) =>
    upTo(matchesPerRule).map((match) => {
      const value = rule + match === 0 ? '/shared' : `/${route}/${rule}/${match}`
      return { path: { type: 'PathPrefix', value } }
    })
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: nameOf(route), labels: controlled },
    spec: {
      parentRefs: [{ group: '', kind: 'Service', name: service, port: 80 }],
      rules: upTo(rules).map((rule) => ({
        matches: matches(rule),
        backendRefs: [ref(service, 1), ref(`${service}-b`, 0)],
      })),
    },
  }
}
