import { setTimeout as delay } from 'node:timers/promises'
import { type ControlPlane, startControlPlane } from '../../test/control-plane/control-plane.ts'
import { kubeconfig } from '../../test/control-plane/kubeconfig.ts'
import { inParallel, upTo } from '../../test/e2e/in-parallel.ts'
import { at, slice, slices } from '../../test/e2e/objects.ts'
import { addGatewayMirror, BusyMirror } from '../busy-mirror.ts'
import { median, type Outcome, percentile } from '../figures.ts'
import { addFarPair, addRoute, link } from '../linked.ts'
import type { Stand } from '../stand.ts'
import type { SubjectName } from '../subject.ts'
import { compare, inTurns, untilAtRest } from '../turns.ts'

/** The name of the other cluster, and its flag. */
const east = 'east'
const flags = ['--linked-clusters', east]

const farName = (pair: number): string => `far-${pair}`
const mirrorName = (mirror: number): string => `mirrored-${mirror}`

/** How many Services the busy mirror has to write, and how long it has been at it when one is lost (ms). */
interface Busy {
  readonly services: number
  readonly sinceMs: number
}

/**
 * The reaction to a loss and a return in another cluster, on a second real API server, from the readiness written
 * there to the weight seen here. Beside it a floor that watches the slices there and patches here; and the same loss
 * through a gateway mirror that is busy writing all of its Services, of which the operator follows the Endpoints.
 */
export async function remote(stand: Stand, pairs: number, rounds: number, busy: Busy): Promise<Outcome> {
  const there = await startControlPlane()
  try {
    await addPairs(stand, there, pairs)
    const floor = [
      'bench/remote-floor.ts',
      await stand.controlPlane.operatorKubeconfig(),
      there.kubeconfigPath,
    ]
    const start = (name: SubjectName) =>
      name === 'floor' ? stand.start(name, { program: floor }) : stand.start(name, { flags })
    const delays = await inTurns(stand, rounds, () => sample(stand, there, pairs), start)
    const at = (p: number) => compare(delays, (rounds) => percentile(rounds.flat(), p))
    const mirrored = await throughMirror(stand, Math.min(rounds, 2), busy)
    const p50 = percentile(delays.operator.flat(), 0.5)
    const against = `remote loss, p50, against a gateway mirror busy with ${busy.services} services`
    return {
      figures: [
        { measure: 'remote loss or return, p50', unit: 'ms', ...at(0.5), aim: 1.15 },
        { measure: 'remote loss or return, p99', unit: 'ms', ...at(0.99), aim: 1.3 },
        { measure: against, unit: 'ms', floor: median(mirrored), operator: p50, aim: 1 / 20 },
      ],
    }
  } finally {
    await there.stop()
  }
}

/** Links both clusters, and adds routes whose primaries have their endpoints there. */
async function addPairs(stand: Stand, there: ControlPlane, pairs: number): Promise<void> {
  await link(stand, new Map([[east, kubeconfig(there, there.adminToken)]]))
  await inParallel(upTo(pairs), async (pair) => {
    const name = farName(pair)
    const labels = { 'kubernetes.io/service-name': name, bench: 'primary' }
    const object = { ...slice(name, 1, 1), metadata: { name: `${name}-1`, labels } }
    await there.api.create(at(slices, 'endpointslices'), object)
    await addFarPair(stand, name, [east])
  })
}

/** Loses and brings back one primary after the other in the other cluster. */
async function sample(stand: Stand, there: ControlPlane, pairs: number): Promise<number[]> {
  const delays: number[] = []
  for (let pair = 0; pair < pairs; pair++) {
    for (const ready of [false, true]) {
      const seen = stand.observer.on(farName(pair), ready ? 'primary' : 'secondary')
      const change = [{ op: 'replace', path: '/endpoints/0/conditions/ready', value: ready }]
      await there.api.patch(at(slices, 'endpointslices', `${farName(pair)}-1`), change, 'json-patch')
      const written = performance.now()
      delays.push(Math.max(0, (await seen) - written))
    }
  }
  return delays
}

/** Loses the primary of one route again and again while the mirror of it is writing all others (ms). */
async function throughMirror(stand: Stand, losses: number, { services, sinceMs }: Busy): Promise<number[]> {
  await inParallel(upTo(services), (index) => addGatewayMirror(stand, mirrorName(index)))
  await addRoute(stand, mirrorName(0))
  const mirror = new BusyMirror(stand)
  const operator = stand.start('operator', { flags })
  try {
    await untilAtRest(operator)
    const delays: number[] = []
    for (let loss = 0; loss < losses; loss++) {
      for (const index of upTo(services)) void mirror.write(mirrorName(index), true)
      await operator.during(delay(sinceMs))
      const lost = performance.now()
      const seen = stand.observer.on(mirrorName(0), 'secondary')
      void mirror.write(mirrorName(0), false)
      delays.push((await operator.during(seen)) - lost)
      const back = stand.observer.on(mirrorName(0), 'primary')
      await mirror.write(mirrorName(0), true)
      await operator.during(back)
    }
    return delays
  } finally {
    await operator.stop()
  }
}
