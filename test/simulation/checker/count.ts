/**
 * How many endpoints of something called are ready, as far as that is known; 0: it is down. Behind a gateway there
 * may be any number of them: infinitely many.
 */
export type Count = number | 'unknown'

/** What a count comes to for a split; `few`: it is ready, with fewer endpoints than its owner asks for. */
export type Readiness = 'ready' | 'few' | 'down' | 'unknown'

export function gradeOf(count: Count, minReady: number): Readiness {
  if (count === 'unknown') return 'unknown'
  if (count === 0) return 'down'
  return count >= minReady ? 'ready' : 'few'
}

/** Every way to take one of each. */
export function everyChoice<T>(options: readonly (readonly T[])[]): T[][] {
  return options.reduce<T[][]>(
    (choices, some) => choices.flatMap((choice) => some.map((one) => [...choice, one])),
    [[]],
  )
}

/**
 * What members come to together, each of which may be one of several things: what is ready of all of them. If that
 * is nothing, it is unknown as long as one of them is.
 */
export function sumsOf(members: readonly (readonly Count[])[]): Count[] {
  const sums = everyChoice(members.map((some) => [...new Set(some)])).map((choice): Count => {
    const known = choice.filter((count) => count !== 'unknown').reduce((sum, count) => sum + count, 0)
    return known === 0 && choice.includes('unknown') ? 'unknown' : known
  })
  return [...new Set(sums)]
}
