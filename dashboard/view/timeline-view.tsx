import { useMemo, useState } from 'preact/hooks'
import type { Store } from '../live/store.ts'
import { inEffect } from '../model/drains.ts'
import { lanesOf } from '../model/lanes.ts'
import { watchedWords } from '../model/lead.ts'
import { momentsOf } from '../model/moments.ts'
import { Slowly } from '../model/slowly.ts'
import { Drained } from './drained.tsx'
import { Lanes } from './lanes.tsx'
import { Moments } from './moment-list.tsx'
import { RangeBar } from './range-bar.tsx'
import { useRange } from './use-range.ts'

/** What happened to all routes, over time. */
export function TimelineView({ store, now }: { store: Store; now: number }) {
  const slowly = useMemo(
    () => new Slowly<string, ReturnType<typeof digest>>(() => performance.now()),
    [store],
  )
  const { moments, lanes } = slowly.ask('all', store.version, () => digest(store))
  const oldest = store.entries[0]?.at
  const drains = store.status?.drains ?? []
  const range = useRange(now, oldest)
  const [shownMoments, showMoments] = useState(50)
  return (
    <div class="timeline">
      <section class="card" aria-label="Timeline">
        <h1>Timeline</h1>
        <RangeBar range={range} />
        <Lanes lanes={lanes} range={range} now={now} drains={drains} />
      </section>
      <Drained drains={inEffect(drains)} now={now} />
      <Moments
        moments={moments}
        most={shownMoments}
        now={now}
        watched={watchedWords(store.status, now)}
        more={() => showMoments(shownMoments + 200)}
        look={range.look}
      />
    </div>
  )
}

function digest(store: Store) {
  const moments = momentsOf(store.entries)
  return { moments, lanes: lanesOf(moments) }
}
