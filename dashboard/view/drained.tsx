import type { DrainItem } from '../live/api.ts'
import { drainTitle, endCommand, endWords, movedWords, targetWords } from '../model/drains.ts'
import { counted } from '../model/format.ts'
import { Code } from './code.tsx'
import { StateMark } from './state-mark.tsx'

/** So many Drains are shown one by one. */
const most = 10

/** What is taken out on purpose, until when, and how to end that; nothing if nothing is. */
export function Drained({ drains, now }: { drains: readonly DrainItem[]; now: number }) {
  if (drains.length === 0) return null
  const more = drains.length - most
  return (
    <section class="card drained-list" aria-label="Drained on purpose">
      <h2>Drained on purpose</h2>
      <ul>
        {drains.slice(0, most).map((drain) => (
          <Line key={drainTitle(drain)} drain={drain} now={now} />
        ))}
      </ul>
      {more > 0 && <p class="detail">and {counted(more, 'more Drain')}: kubectl get drains -A</p>}
    </section>
  )
}

function Line({ drain, now }: { drain: DrainItem; now: number }) {
  const { scope, namespace, reason, lastResort } = drain
  return (
    <li>
      <StateMark state="drained" />
      <div>
        <p>
          <strong>{targetWords(drain)}</strong>
          {scope === 'namespace' && <span class="tag">routes of {namespace}</span>}
          {lastResort === 'Never' && <span class="tag">not even as a last resort</span>}{' '}
          <span class="quiet">{endWords(drain, now)}</span>
        </p>
        <p>{reason}</p>
        <p class="quiet">
          {movedWords(drain)} · Drain {drainTitle(drain)}
        </p>
        <details>
          <summary>End it now</summary>
          <Code title="command" text={endCommand(drain)} />
        </details>
      </div>
    </li>
  )
}
