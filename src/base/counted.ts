/** A number with its noun, as a sentence needs it: `1 route`, `2 routes`, `0 Services`. */
export const counted = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : nouns}`
