import type { DrainItem } from '../live/api.ts'
import { bandsOf } from '../model/drains.ts'
import type { TimeScale } from '../model/time-scale.ts'

interface BandsProps {
  readonly drains: readonly DrainItem[]
  readonly scale: TimeScale
  readonly now: number
}

/** Pixels. */
const rowHeight = 24
const barHeight = 18
/** About so wide is a letter. */
const pixelsPerLetter = 7

/** When something was drained, above the lanes of the routes. */
export function Bands({ drains, scale, now }: BandsProps) {
  const bands = bandsOf(drains, scale, now)
  if (bands.length === 0) return null
  const rows = Math.max(...bands.map(({ row }) => row)) + 1
  return (
    <svg
      class="bands"
      role="img"
      aria-label={`Drained: ${bands.map(({ title }) => title).join('; ')}`}
      width={scale.width}
      height={rows * rowHeight}
    >
      {bands.map(({ id, from, to, row, isOver, text, title }) => (
        <g key={id} class={`band ${isOver ? 'over' : ''}`}>
          <rect x={from} y={row * rowHeight + 3} width={Math.max(2, to - from)} height={barHeight} rx="2" />
          {to - from > 14 + text.length * pixelsPerLetter && (
            <text x={from + 7} y={row * rowHeight + 16}>
              {text}
            </text>
          )}
          <title>{title}</title>
        </g>
      ))}
    </svg>
  )
}
