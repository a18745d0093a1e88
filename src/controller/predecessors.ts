import { haveSameBackends, isSameBackend } from '../core/split.ts'
import type { Split } from '../core/types.ts'

/** What is known of a split, and its position in the route. */
interface Known {
  readonly index: number
  readonly split: Split
}

/**
 * The known splits that the one at a position may have been before an edit of its route; empty for a new one. The same
 * backends say which it is, wherever it was. They are several if nobody knows which: rules with the same backends came or
 * went. If its own backends are others, it is the one that shares most of them, unless that one is still there.
 */
export function predecessorsOf<T extends Known>(
  known: readonly T[],
  splits: readonly Split[],
  index: number,
): readonly T[] {
  const split = splits[index]
  if (!split) return []
  const same = known.filter((one) => haveSameBackends(one.split, split))
  if (same.length === 0) return mostAlike(known, splits, index)
  const places = splits.flatMap((other, place) => (haveSameBackends(other, split) ? [place] : []))
  const own = same[places.indexOf(index)]
  return own && places.length === same.length ? [own] : same
}

/** True if each of them is where it was. */
export const areInPlace = (known: readonly Known[], splits: readonly Split[]): boolean =>
  known.every((one) => {
    const split = splits[one.index]
    return split !== undefined && (split === one.split || haveSameBackends(split, one.split))
  })

function mostAlike<T extends Known>(
  known: readonly T[],
  splits: readonly Split[],
  index: number,
): readonly T[] {
  const countSame = (all: readonly Split[], split: Split) =>
    all.filter((other) => haveSameBackends(other, split)).length
  const before = known.map(({ split }) => split)
  const left = known.filter(({ split }) => countSame(before, split) > countSame(splits, split))
  const shared = ({ split }: Known) =>
    split.backends.filter((backend) => splits[index]?.backends.some((own) => isSameBackend(backend, own)))
      .length
  const most = Math.max(1, ...left.map(shared))
  const alike = left.filter((one) => shared(one) === most)
  const inPlace = alike.filter((one) => one.index === index)
  return inPlace.length > 0 ? inPlace : alike
}
