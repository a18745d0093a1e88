/** Which rows of a long list have to exist: those that are seen, and some more on both sides. */
export interface Window {
  readonly first: number
  /** One past the last. */
  readonly end: number
}

/** The window moves by so many rows at once: not every row that is scrolled by needs a new drawing. */
const step = 4

/**
 * @param scrollTop pixels of the list that are above what is seen; negative while the list begins further
 * down
 * @param overscan rows to have ready outside of what is seen, so that scrolling never meets a blank
 */
export function windowOf(
  scrollTop: number,
  viewHeight: number,
  rowHeight: number,
  rows: number,
  overscan: number,
): Window {
  const top = Math.floor(scrollTop / rowHeight) - overscan
  const bottom = Math.ceil((scrollTop + viewHeight) / rowHeight) + overscan
  const first = Math.max(0, Math.min(Math.floor(top / step) * step, rows - overscan))
  const end = Math.min(rows, Math.max(Math.ceil(bottom / step) * step, first + overscan))
  return { first, end }
}

/** More than any window of such rows can have at once. */
export const slotsFor = (viewHeight: number, rowHeight: number, overscan: number): number =>
  Math.ceil(viewHeight / rowHeight) + 2 * (overscan + step)
