/** Which rows of a long list have to exist: those that are seen, and some more on both sides. */
export interface Window {
  readonly first: number
  /** One past the last. */
  readonly end: number
}

/**
 * @param scrollTop pixels of the list that are above what is seen; negative while the list begins further down
 * @param overscan rows to have ready outside of what is seen, so that scrolling never meets a blank
 */
export function windowOf(
  scrollTop: number,
  viewHeight: number,
  rowHeight: number,
  rows: number,
  overscan: number,
): Window {
  const top = Math.floor(scrollTop / rowHeight)
  const bottom = Math.ceil((scrollTop + viewHeight) / rowHeight)
  const first = Math.min(Math.max(0, top - overscan), Math.max(0, rows - overscan))
  return { first, end: Math.min(rows, Math.max(bottom + overscan, first + overscan)) }
}
