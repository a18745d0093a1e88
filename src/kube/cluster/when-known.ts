/** What `use` makes of a value: at once where the value is at hand, so that nobody waits for a turn. */
export const whenKnown = <T, U>(value: T | Promise<T>, use: (value: T) => U | Promise<U>): U | Promise<U> =>
  value instanceof Promise ? value.then(use) : use(value)
