import { isDown, isUp } from './count.ts'
import { type Drained, type Drains, knownOf } from './drained.ts'
import type { Knowable } from './explain.ts'
import type { Split } from './table.ts'
import { orderOf } from './table.ts'
import { eligible } from './tiers.ts'

/** What every write must hold to while something is drained, whatever the table says. */

type Changes = readonly (readonly [before: Split, after: Split])[]

/** Traffic was moved to what is drained, although something else could serve. */
export const intoDrain = (changes: Changes, knowable: Knowable): string | undefined =>
  firstOf(changes, ([before, after]) => {
    const { isAlways, isReady, mayServe } = judgesOf(before, knowable)
    const isOther = places(before).some(
      (place) => isReady(place) && mayServe(place) && isAlways(place, ['no']),
    )
    return places(before).find((place) => {
      const isRaised = weightAt(before, place) === 0 && weightAt(after, place) > 0
      return isOther && isRaised && isAlways(place, ['Allow', 'Never'])
    })
  })

/**
 * Everything that has traffic is down, although something could serve that no Drain forbids to; unless the owner asks by
 * name to bear what is down for a while.
 */
export const darkByDrain = (changes: Changes, knowable: Knowable): string | undefined =>
  firstOf(changes, ([before, after]) => {
    const { isAlways, isReady, isDown, mayServe, isSome, bearsDown } = judgesOf(before, knowable)
    const isDark = places(after).every((place) => weightAt(after, place) === 0 || isDown(place))
    const isBorne =
      bearsDown && places(after).some((place) => weightAt(after, place) > 0 && isAlways(place, ['no']))
    return isSome && isDark && !isBorne
      ? places(before).find((place) => isReady(place) && mayServe(place) && isAlways(place, ['no', 'Allow']))
      : undefined
  })

/** Traffic was moved away from what could serve, undrained, and everything that has it now is down. */
export const darkByChoice = (changes: Changes, knowable: Knowable): string | undefined =>
  firstOf(changes, ([before, after]) => {
    const { isAlways, isReady, isDown, mayServe } = judgesOf(before, knowable)
    const isDark = places(after).every((place) => weightAt(after, place) === 0 || isDown(place))
    return isDark
      ? places(before).find(
          (place) =>
            weightAt(before, place) > 0 && isReady(place) && mayServe(place) && isAlways(place, ['no']),
        )
      : undefined
  })

function judgesOf(split: Split, { possible, drained }: Knowable) {
  const all = drained(split)
  const counts = split.backends.map(({ called }) => possible(called))
  const order = orderOf({ ...split, drains: [] })
  const some = order?.tiers.flatMap(eligible) ?? []
  const at = (drains: Drains | undefined, place: number): Drained | 'unknown' =>
    drains === 'unknown' ? drains : (knownOf(drains)?.[place] ?? 'no')
  return {
    /** At least one of its backends can have been drained. */
    isSome: all.some((drains) => knownOf(drains) !== undefined),
    isAlways: (place: number, states: readonly string[]) =>
      all.every((drains) => states.includes(at(drains, place))),
    isReady: (place: number) => counts[place]?.every(isUp) === true,
    isDown: (place: number) => counts[place]?.every(isDown) === true,
    mayServe: (place: number) => some.includes(place),
    bearsDown: (order?.grace?.downMs ?? 0) > 0,
  }
}

/** The name of the backend that a test finds in one of the splits. */
function firstOf(
  changes: Changes,
  find: (change: Changes[number]) => number | undefined,
): string | undefined {
  for (const change of changes) {
    const place = find(change)
    if (place !== undefined) return change[0].backends[place]?.service
  }
  return undefined
}

const places = ({ backends }: Split) => [...backends.keys()]
const weightAt = ({ backends }: Split, place: number) => backends[place]?.weight ?? 0
