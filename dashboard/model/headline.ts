import { count, counted, listed } from './format.ts'
import { type Mark, marks, stateNames, states } from './states.ts'

/** How many routes are in each state, and how many of them have a finding. */
export type Counts = Readonly<Record<Mark, number>>

export const noRoutes: Counts = {
  dark: 0,
  finding: 0,
  misconfigured: 0,
  hold: 0,
  failover: 0,
  drained: 0,
  paused: 0,
  primary: 0,
}

export interface Headline {
  readonly text: string
  readonly detail: string
  readonly tone: 'calm' | 'notice' | 'alarm'
}

/** The first sentence of the page: what a person must know, or that there is nothing to know. */
export function headlineOf(counts: Counts): Headline {
  const total = stateNames.reduce((sum, name) => sum + counts[name], 0)
  if (total === 0) return { text: 'No routes yet', detail: '', tone: 'calm' }
  const loud = marks.filter((name) => states[name].tone !== 'calm' && counts[name] > 0)
  const calm = [someOf(counts.drained, 'drained'), someOf(counts.paused, 'paused')]
  if (loud.length === 0)
    return { text: calmText(counts), detail: calm.filter(Boolean).join(' · '), tone: 'calm' }
  const parts = loud.map((name, index) => partOf(name, counts[name], index === 0))
  const rest = someOf(counts.primary, 'on their primary')
  const detail = [`of ${counted(total, 'route')}`, rest, ...calm].filter(Boolean).join(' · ')
  const tone = loud.some((name) => states[name].tone === 'alarm') ? 'alarm' : 'notice'
  return { text: listed(parts), detail, tone }
}

const someOf = (number: number, what: string) => (number > 0 ? `${count(number)} ${what}` : '')

function calmText({ primary, drained, paused }: Counts): string {
  if (primary === 0 && paused === 0) return 'All routes are drained'
  if (primary === 0) return drained > 0 ? 'All routes are drained or paused' : 'All routes are paused'
  if (drained > 0) return `${counted(primary, 'route')} on ${primary === 1 ? 'its' : 'their'} primary`
  return primary === 1
    ? 'The only route is on its primary'
    : `All ${count(primary)} routes are on their primary`
}

const partOf = (name: Mark, number: number, isFirst: boolean) =>
  `${isFirst ? counted(number, 'route') : count(number)} ${states[name].verb(number)}`
