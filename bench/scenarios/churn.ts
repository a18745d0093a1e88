import { setTimeout as delay } from 'node:timers/promises'
import { at, slices } from '../../test/e2e/objects.ts'
import type { Outcome } from '../figures.ts'
import type { Stand } from '../stand.ts'

/** How much of one processor the operator needs while slices that no split uses change, as fast as asked. */
export async function churn(
  stand: Stand,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Outcome> {
  await stand.addOthers(1000)
  const operator = stand.start('operator')
  await operator.ready()
  const watched = 'linkerd_failover_watch_events_total'
  const [cpu, events, began] = [operator.cpuMs(), await operator.metric(watched), performance.now()]
  for (let sent = 0; performance.now() - began < seconds * 1000; ) {
    const due = Math.floor(((performance.now() - began) / 1000) * perSecond) - sent
    const writes = Array.from({ length: Math.min(due, 64) }, (_, i) => changeOther(stand, sent + i))
    sent += writes.length
    await Promise.all([...writes, delay(5)])
  }
  const elapsed = performance.now() - began
  const used = operator.cpuMs() - cpu
  const rate = Math.round(((await operator.metric(watched)) - events) / (elapsed / 1000))
  await operator.stop()
  const measure = `processor time at ${rate.toLocaleString('en')} unrelated changes/s`
  return { figures: [{ measure, unit: '%', operator: (used / elapsed) * 100 }] }
}

/**
 * The `i`th change of the first thousand services that no route uses, each in its turn; they must be there.
 */
export function changeOther({ controlPlane }: Stand, i: number): Promise<void> {
  const ready = Math.floor(i / 1000) % 2 === 1
  const change = [{ op: 'replace', path: '/endpoints/0/conditions/ready', value: ready }]
  return controlPlane.api.patch(at(slices, 'endpointslices', `other-${i % 1000}-1`), change, 'json-patch')
}
