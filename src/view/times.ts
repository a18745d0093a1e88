/** The earlier of two times, the second in epoch ms. */
export const earlier = (one: Date, other: number | undefined): Date =>
  other !== undefined && other < one.getTime() ? new Date(other) : one

export const isSameTime = (one: Date | undefined, other: Date | undefined): boolean =>
  one?.getTime() === other?.getTime()
