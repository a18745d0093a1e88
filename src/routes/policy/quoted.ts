/** The most characters of a value that a message quotes. */
const mostShown = 80

/** A value as a message quotes it, however long it is. */
export const quoted = (value = ''): string =>
  value.length > mostShown ? `"${value.slice(0, mostShown)}…"` : `"${value}"`
