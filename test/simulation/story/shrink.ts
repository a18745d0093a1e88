/**
 * Makes a list of things that together have an effect as short as it can, by leaving out what is not needed
 * (delta debugging, Zeller and Hildebrandt 2002): first halves, then smaller and smaller parts, at last single
 * things. `matters` says whether some of them still have the effect; it is asked at most `budget` times.
 */
export async function shrink<T>(
  items: readonly T[],
  matters: (some: readonly T[]) => Promise<boolean>,
  budget: number,
): Promise<readonly T[]> {
  let kept = items
  let left = budget
  const ask = async (some: readonly T[]) => {
    left -= 1
    return left >= 0 && (await matters(some))
  }
  for (let parts = 2; parts <= kept.length && left > 0; ) {
    const size = Math.ceil(kept.length / parts)
    const shorter = await withoutOnePart(kept, size, ask)
    if (shorter) kept = shorter
    else if (size === 1) break
    parts = shorter ? Math.max(2, parts - 1) : Math.min(kept.length, parts * 2)
  }
  return kept
}

/** The list without the first part that is not needed; undefined where all are. */
async function withoutOnePart<T>(
  items: readonly T[],
  size: number,
  matters: (some: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | undefined> {
  for (let start = 0; start < items.length; start += size) {
    const rest = [...items.slice(0, start), ...items.slice(start + size)]
    if (await matters(rest)) return rest
  }
  return undefined
}
