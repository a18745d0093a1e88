import { type Count, gradeOf } from './count.ts'
import type { DrainsSeen } from './drain-sight.ts'
import { isUnsure, knownOf } from './drained.ts'
import type { Readings } from './policy-sight.ts'
import type { Outcome } from './policy-status.ts'
import { ownSections } from './read-order.ts'
import type { Route } from './read-route.ts'
import { enoughOf, orderOf, type Split } from './table.ts'
import { currentBy, eligible, isReadyAs } from './tiers.ts'

type Flag = boolean | 'unclear'

/** How a route is that nothing has moved for long enough, to whoever has read all policies and Drains. */
export function outcomeOf(
  route: Route,
  readings: Readings,
  { possible }: DrainsSeen,
  now: (called: string) => Count,
): Outcome {
  const { object } = route
  const [splits = [], ...others] = readings(route)
  // A rule that leaves no choice is none of it, unless all are so: then, as without any rule, nothing can be said.
  const all = splits.filter(({ backends }) => object.kind === 'TrafficSplit' || backends.length > 1)
  const flags = (all.length > 0 ? all : splits).map((split) => {
    const [drains, ...rest] = possible(split, object.metadata.namespace ?? '')
    const isClear = others.length + rest.length === 0 && !isUnsure(drains)
    return isClear ? flagsOf({ ...split, drains }, now) : unclear
  })
  return {
    object,
    own: ownSections(object.metadata.annotations ?? {}),
    isAway: splits.length === 0 || anyOf(flags.map(({ isAway }) => isAway)),
    isDark: anyOf(flags.map(({ isDark }) => isDark)),
    mayWait: readings(route).some((some) => some.some(({ order }) => order?.isManual)),
  }
}

const unclear: { readonly isAway: Flag; readonly isDark: Flag } = { isAway: 'unclear', isDark: 'unclear' }

function flagsOf(split: Split, now: (called: string) => Count): typeof unclear {
  const order = orderOf(split)
  if (split.broken) return { isAway: true, isDark: false }
  if (!order) return { isAway: false, isDark: false }
  const isAway = currentBy(split, order) > 0
  if (split.paused) return { isAway, isDark: false }
  const states = split.backends.map(({ called }) => gradeOf(now(called), enoughOf({ order })))
  if (states.includes('unknown')) return unclear
  const drained = (place: number) => knownOf(split.drains)?.[place] ?? 'no'
  const isDark = !order.tiers
    .flatMap(eligible)
    .some((place) => isReadyAs(states[place] ?? 'down') && drained(place) !== 'Never')
  return { isAway, isDark }
}

const anyOf = (flags: readonly Flag[]): Flag =>
  flags.includes(true) ? true : flags.includes('unclear') ? 'unclear' : false
