import type { Outcome } from '../figures.ts'
import { startProbed } from '../probed.ts'
import type { Stand } from '../stand.ts'

/** How long the event loop stood still while the first lists of a large cluster came in. */
export async function stall(stand: Stand, others: number): Promise<Outcome> {
  await stand.addOthers(others)
  const { operator, stop } = startProbed(stand)
  await operator.ready()
  const [whole] = await stop()
  const measure = `event-loop stall p99 while ${others.toLocaleString('en')} slices are listed`
  return { figures: [{ measure, unit: 'ms', operator: whole?.p99 ?? Number.NaN, aim: 25 }] }
}
