import type { BackendItem } from '../live/api.ts'

/**
 * Shapes of many backends as one path for each sort: a table of them is drawn again with every turn of a
 * wheel.
 */
export interface Dots {
  /** Full discs: ready. */
  readonly ready: string
  /** Rings with a bar: down. */
  readonly down: string
  /** Question marks: unknown. */
  readonly unknown: string
  /** Lines below the primary. */
  readonly primary: string
  /** Pixels. */
  readonly width: number
}

/** From one dot to the next (pixels). */
const step = 17
export const dotHeight = 16

const shapes: Readonly<Record<BackendItem['readiness']['state'], (x: number) => string>> = {
  ready: (x) => `M${x + 1} 6a5 5 0 1 0 10 0a5 5 0 1 0-10 0`,
  down: (x) => `M${x + 2} 6a4 4 0 1 0 8 0a4 4 0 1 0-8 0M${x + 3.2} 8.8l5.6-5.6`,
  unknown: (x) =>
    `M${x + 3.4} 4.2a2.6 2.6 0 1 1 3.8 2.3C${x + 6.3} 7 ${x + 6} 7.4 ${x + 6} 8.3M${x + 6} 10.6v.4`,
}

/** One dot for each backend, from left to right. */
export function dotsOf(backends: readonly Pick<BackendItem, 'readiness' | 'primary'>[]): Dots {
  const paths = { ready: '', down: '', unknown: '', primary: '' }
  for (const [index, { readiness, primary }] of backends.entries()) {
    const x = index * step
    paths[readiness.state] += shapes[readiness.state](x)
    if (primary) paths.primary += `M${x + 1} 14.5h10`
  }
  return { ...paths, width: Math.max(0, backends.length * step - 5) }
}
