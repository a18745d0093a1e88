/** What lists and watches of a reflector are asked with alike. */
export const readingQuery = (labelSelector: string | undefined): Record<string, string> =>
  labelSelector === undefined ? {} : { labelSelector }

/** In seconds: 5 to 10 minutes, so that watches do not all end together. `random` is in [0, 1). */
export const serverTimeout = (random: () => number): string => String(300 + Math.floor(random() * 301))
