/** The endpoints of something called: how many are ready, and of how many. Equal ones are the same object. */
export interface Endpoints {
  /** Behind a gateway there may be any number of them: infinitely many. */
  readonly ready: number
  readonly listed: number
}

/** The endpoints of something called, as far as they are known. */
export type Count = Endpoints | 'unknown'

/**
 * What a count comes to for a split; `fair`: enough endpoints are ready to serve, not to come back; `few`: some are
 * ready, fewer than its owner asks for.
 */
export type Readiness = 'ready' | 'fair' | 'few' | 'down' | 'unknown'

/** How many endpoints are enough: so many, and so much of those that are listed, or expected if that is more. */
export interface Threshold {
  readonly count: number
  readonly percent?: number | undefined
  readonly expected?: number | undefined
}

/** What is enough to serve, and to come back; absent: the same. */
export interface Enough {
  readonly minReady: Threshold
  readonly toReturn?: Threshold | undefined
}

const known = new Map<string, Endpoints>()

export function endpoints(ready: number, listed: number = ready): Endpoints {
  const key = `${ready} ${listed}`
  const one = known.get(key) ?? { ready, listed }
  known.set(key, one)
  return one
}

/** It is known that none is ready. */
export const isDown = (count: Count): boolean => count !== 'unknown' && count.ready === 0
/** It is known that some are. */
export const isUp = (count: Count): boolean => count !== 'unknown' && count.ready > 0

export function gradeOf(count: Count, { minReady, toReturn }: Enough): Readiness {
  if (count === 'unknown') return 'unknown'
  if (count.ready === 0) return 'down'
  if (!isEnough(count, minReady)) return 'few'
  return toReturn === undefined || isEnough(count, toReturn) ? 'ready' : 'fair'
}

export const isEnough = (
  { ready, listed }: Endpoints,
  { count, percent = 0, expected = 0 }: Threshold,
): boolean =>
  ready > 0 &&
  (ready === Number.POSITIVE_INFINITY ||
    ready >= Math.max(count, Math.ceil((percent * Math.max(listed, expected)) / 100)))

/** As a text: `3 of 4`. */
export const countText = (count: Count): string =>
  count === 'unknown' ? count : `${count.ready} of ${count.listed}`

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
    const all = choice.flatMap((count) => (count === 'unknown' ? [] : [count]))
    const sum = (part: keyof Endpoints) => all.reduce((total, one) => total + one[part], 0)
    return sum('ready') === 0 && choice.includes('unknown')
      ? 'unknown'
      : endpoints(sum('ready'), sum('listed'))
  })
  return [...new Set(sums)]
}
