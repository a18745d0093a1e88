/**
 * The row that a key leads to, from `index` (-1: none yet) in a list of `rows` rows.
 *
 * @returns `undefined` for a key that does not move
 */
export function moved(index: number, key: string, rows: number, perPage: number): number | undefined {
  const target = targetOf(index, key, rows, perPage)
  return target === undefined || rows === 0 ? undefined : Math.min(rows - 1, Math.max(0, target))
}

function targetOf(index: number, key: string, rows: number, perPage: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return index + 1
    case 'ArrowUp':
    case 'k':
      return index - 1
    case 'PageDown':
      return index + perPage
    case 'PageUp':
      return index - perPage
    case 'Home':
      return 0
    case 'End':
      return rows - 1
    default:
      return undefined
  }
}
