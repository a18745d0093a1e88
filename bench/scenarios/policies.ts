import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod'
import { name as operatorName } from '../../src/install/manifest.ts'
import { failoverPolicyCrd } from '../../src/install/objects/failover-policy-crd.ts'
import { readValues } from '../../src/install/render.ts'
import { clusterRules, policyRules } from '../../src/install/rules.ts'
import { targets } from '../../src/policies/testing/policy-objects.ts'
import { type Figure, median, type Outcome, percentile } from '../figures.ts'
import { type HeapProbe, heapProbe } from '../heap.ts'
import type { Stand } from '../stand.ts'
import type { Subject } from '../subject.ts'
import { untilAtRest } from '../turns.ts'
import { storm } from './mass.ts'

const collection = `/apis/failover.linkerd.io/v1alpha1/namespaces/${operatorName}/failoverpolicies`
const clusterRole = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${operatorName}`

/** So many routes are lost at once, with a policy and without. */
const lost = 1000

/**
 * What one policy of the Mesh costs with this many routes: memory, looks and processor time when it changes, writes of its
 * status, and what it adds to a mass failover.
 */
export async function policies(stand: Stand, count: number, rounds: number): Promise<Outcome> {
  const { api } = stand.controlPlane
  await stand.grow(count)
  await install(stand)
  const probe = await heapProbe()
  const operator = stand.start('operator', {
    flags: ['--policies', operatorName],
    nodeFlags: [probe.flag],
  })
  try {
    await untilAtRest(operator)
    const few = Math.min(lost, count)
    // The first hundreds of patches of a process are slow, whatever they are for.
    await operator.during(losses(stand, few, 1))
    const without = await operator.during(losses(stand, few, rounds))
    const before = await atRest(operator, probe)
    await api.create(collection, { ...policy, spec: specOf('1s') })
    await operator.during(follow(stand, count))
    const after = await atRest(operator, probe)
    const change = await changed(stand, operator)
    const writes = await writesOf(stand, operator, losses(stand, few, rounds))
    return {
      figures: figuresOf(count, {
        bytes: (after - before) / count,
        looks: change.looks / count,
        cpuMs: change.cpuMs,
        perSecond: writes.perSecond,
        without,
        with: writes.delays,
      }),
    }
  } finally {
    await operator.stop()
    await api.remove(`${collection}/all`)
  }
}

interface Measured {
  /** For each route. */
  readonly bytes: number
  readonly looks: number
  readonly cpuMs: number
  readonly perSecond: number
  /** p99 of the own delays of a mass failover, without the policy and with it (ms). */
  readonly without: number
  readonly with: number
}

function figuresOf(count: number, measured: Measured): Figure[] {
  const routes = `${count.toLocaleString('en')} routes`
  const few = Math.min(lost, count).toLocaleString('en')
  const delays = { floor: measured.without, operator: measured.with }
  return [
    { measure: `policy of ${routes}, heap a route`, unit: 'B', operator: measured.bytes, aim: 512 },
    {
      measure: `policy of ${routes} changed, looks a route`,
      unit: 'looks',
      operator: measured.looks,
      aim: 1,
    },
    { measure: `policy of ${routes} changed, processor time`, unit: 'ms', operator: measured.cpuMs },
    {
      measure: `policy of ${routes}, writes of its status while ${few} move`,
      unit: 'writes/s',
      operator: measured.perSecond,
      aim: 1,
    },
    {
      measure: `${few} lost at once, a policy against none, own delay p99`,
      unit: 'ms',
      ...delays,
      aim: 1.15,
    },
  ]
}

const policy = {
  apiVersion: 'failover.linkerd.io/v1alpha1',
  kind: 'FailoverPolicy',
  metadata: { name: 'all' },
}
const specOf = (after: string) => ({
  targetRefs: [targets.mesh],
  minReady: { count: 1 },
  failover: { after: '5s' },
  failback: { after, atMost: '10s' },
})

/** The kind, and the permission to follow it. */
async function install({ controlPlane }: Stand): Promise<void> {
  const values = readValues({ policies: { enabled: true } })
  if (!values.ok) throw new Error(values.error.join('; '))
  const context = { namespace: operatorName, release: operatorName, version: 'bench' }
  await controlPlane.install(failoverPolicyCrd({ values: values.value, context }))
  await controlPlane.api.patch(clusterRole, { rules: [...clusterRules, ...policyRules] })
}

/** Loses routes at once and brings them back, several times; the median of the p99 of their own delays (ms). */
async function losses(stand: Stand, count: number, rounds: number): Promise<number> {
  const delays: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    delays.push(percentile((await storm(stand, count, false)).delays, 0.99))
    await storm(stand, count, true)
  }
  return median(delays)
}

/** Looks for findings follow those of the rules, and hold some MiB until they end (ms). */
const restMs = 10_000

/** The heap (bytes) when nothing more is to be done. */
async function atRest(operator: Subject, probe: HeapProbe): Promise<number> {
  await operator.during(pause(restMs))
  return probe.used()
}

const policyStatus = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  status: z.object({ routes: z.object({ total: z.number() }) }).optional(),
})

/** Resolves when all routes follow the policy, by its status. */
async function follow({ controlPlane: { api } }: Stand, count: number): Promise<void> {
  for (;;) {
    const { status: written } = await api.get(`${collection}/all`, policyStatus)
    if ((written?.routes.total ?? 0) >= count) return
    await pause(100)
  }
}

/** Looks, and processor time (ms), for a change of the policy that moves nothing; it applies after ten seconds. */
async function changed({ controlPlane: { api } }: Stand, operator: Subject) {
  const looks = () => operator.metric('linkerd_failover_reconciles_total')
  const [looksBefore, cpuBefore] = [await looks(), operator.cpuMs()]
  await api.patch(`${collection}/all`, { spec: specOf('2s') })
  await operator.during(pause(15_000))
  return { looks: (await looks()) - looksBefore, cpuMs: operator.cpuMs() - cpuBefore }
}

/** How often the status is written meanwhile: its versions, looked at ten times as often as it may be written. */
async function writesOf({ controlPlane: { api } }: Stand, operator: Subject, work: Promise<number>) {
  const version = async () => (await api.get(`${collection}/all`, policyStatus)).metadata.resourceVersion
  const seen = new Set([await version()])
  const began = performance.now()
  let isDone = false
  const done = work.finally(() => {
    isDone = true
  })
  const watch = async () => {
    while (!isDone) {
      seen.add(await version())
      await pause(100)
    }
  }
  const [delays] = await operator.during(Promise.all([done, watch()]))
  const seconds = (performance.now() - began) / 1000
  return { delays, perSecond: (seen.size - 1) / seconds }
}
