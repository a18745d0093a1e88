import type { Moment } from '../model/moments.ts'
import { MomentLine } from './moment-line.tsx'

interface MomentsProps {
  readonly moments: readonly Moment[]
  readonly most: number
  readonly now: number
  /** Shows more of them here; without it the timeline does. */
  readonly more?: () => void
  /** Brings a stretch of time into sight. */
  readonly look?: (from: number, to: number) => void
}

/** What happened, the newest first; mass events in one line. */
export function Moments({ moments, most, now, more, look }: MomentsProps) {
  return (
    <section class="card moments" aria-label="What happened">
      <h2>What happened</h2>
      {moments.length === 0 && <p class="detail">Nothing since the operator started.</p>}
      <ul class="lines">
        {moments.slice(0, most).map((moment) => (
          <MomentLine key={moment.id} moment={moment} now={now} look={look} />
        ))}
      </ul>
      {moments.length > most && <More more={more} />}
    </section>
  )
}

function More({ more }: { more: (() => void) | undefined }) {
  if (!more) return <a href="#/timeline">All of it on the timeline</a>
  return (
    <button type="button" onClick={more}>
      Show older ones
    </button>
  )
}
