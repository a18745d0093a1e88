/** Does `work` for every item, at most `inFlight` at a time; rejects with the first failure. */
export async function inParallel<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
  inFlight = 32,
): Promise<void> {
  // One iterator shared by all workers hands out each item once.
  const remaining = items[Symbol.iterator]()
  const worker = async () => {
    for (let next = remaining.next(); !next.done; next = remaining.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
}

/** The integers from 0 up to, not including, `count`. */
export const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)
