import type { Moment } from '../model/moments.ts'
import { MomentLine } from './moment-line.tsx'

interface MomentsProps {
  readonly moments: readonly Moment[]
  readonly most: number
  readonly now: number
  /** How far back the past goes, in words. */
  readonly watched: string
  /** Shows more of them here; without it the timeline does. */
  readonly more?: () => void
  /** Brings a stretch of time into sight. */
  readonly look?: (from: number, to: number) => void
}

/** What happened, the newest first; mass events in one line. */
export function Moments({ moments, most, now, watched, more, look }: MomentsProps) {
  return (
    <section class="card moments" aria-label="What happened">
      <h2>What happened</h2>
      <ul class="lines">
        {moments.slice(0, most).map((moment) => (
          <MomentLine key={moment.id} moment={moment} now={now} look={look} />
        ))}
      </ul>
      {moments.length > most ? (
        <More more={more} />
      ) : (
        <p class="detail">
          {moments.length === 0 && 'Nothing yet. '}
          {watched}
        </p>
      )}
    </section>
  )
}

function More({ more }: { more: (() => void) | undefined }) {
  if (!more) return <a href="#/timeline">Show all on the timeline</a>
  return (
    <button type="button" onClick={more}>
      Show older entries
    </button>
  )
}
