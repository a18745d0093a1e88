import { count } from './format.ts'
import type { Counts } from './headline.ts'
import { marks, states } from './states.ts'

/**
 * The connection of the page to its server. `asleep`: the page is hidden, so it has closed its connection.
 */
export type Phase = 'connecting' | 'live' | 'lost' | 'asleep'

/** The title of the page, which is read in a row of tabs: what is wrong comes first. */
export function titleFor(counts: Counts, phase: Phase): string {
  const name = 'linkerd-failover'
  if (phase === 'lost') return `not live · ${name}`
  if (phase === 'asleep') return `asleep · ${name}`
  const loud = marks.filter((mark) => states[mark].tone !== 'calm' && counts[mark] > 0)
  const [worst] = loud
  return worst ? `${count(counts[worst])} ${states[worst].label.toLowerCase()} · ${name}` : name
}
