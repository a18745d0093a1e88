import { lasting } from '../model/format.ts'
import { type Range, spans } from './use-range.ts'

/** Buttons for all that the mouse can do to the range. */
export function RangeBar({ range }: { range: Range }) {
  return (
    <div class="range-bar" role="toolbar" aria-label="Range of the timeline">
      {spans.map((ms) => (
        <button
          key={ms}
          type="button"
          aria-pressed={range.isFollowing && range.span === ms}
          onClick={() => range.last(ms)}
        >
          {lasting(ms)}
        </button>
      ))}
      <button type="button" onClick={() => range.last(undefined)}>
        All
      </button>
      <span class="gap" />
      <button type="button" aria-label="Earlier" onClick={() => range.pan(-0.5)}>
        ←
      </button>
      <button type="button" aria-label="Later" disabled={range.isFollowing} onClick={() => range.pan(0.5)}>
        →
      </button>
      <button type="button" aria-label="Closer" onClick={() => range.zoom(0.5, 0.5)}>
        +
      </button>
      <button type="button" aria-label="Wider" onClick={() => range.zoom(2, 0.5)}>
        −
      </button>
      <button type="button" aria-pressed={range.isFollowing} onClick={() => range.last(range.span)}>
        Now
      </button>
    </div>
  )
}
