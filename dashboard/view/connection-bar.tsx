import type { Connection } from '../live/connection.ts'
import { clock, lasting } from '../model/format.ts'

interface ConnectionProps {
  readonly connection: Connection
  readonly now: number
}

/** Whether this page is live, in the header of every view. */
export function ConnectionBadge({ connection, now }: ConnectionProps) {
  const { phase, heardAt } = connection
  const words = { connecting: 'Connecting', live: 'Live', lost: 'Not live', asleep: 'Waking' }[phase]
  const heard = heardAt === undefined ? '' : `last update ${lasting(now - heardAt)} ago`
  return (
    <span class={`connection ${phase}`} role="status" title={heard}>
      <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
        {phase === 'live' && <circle cx="7" cy="7" r="5" class="full" />}
        {(phase === 'connecting' || phase === 'asleep') && <circle cx="7" cy="7" r="5" class="ring" />}
        {phase === 'lost' && <path d="M2.5 2.5l9 9M11.5 2.5l-9 9" class="ring" />}
      </svg>
      {words}
    </span>
  )
}

/** Reports, above everything else, that the page does not show the present state. */
export function LostBar({ connection, now }: ConnectionProps) {
  const { phase, heardAt, why, retryAt } = connection
  if (phase !== 'lost') return null
  const then =
    heardAt === undefined
      ? 'Nothing has been received yet'
      : `This page shows the state at ${clock(heardAt, now)}, ${lasting(now - heardAt)} ago`
  const again =
    retryAt === undefined ? 'Trying again…' : `Trying again in ${lasting(Math.max(0, retryAt - now))}.`
  return (
    <div class="lost-bar" role="alert">
      <strong>Not live.</strong> {then}: {why}. <span class="again">{again}</span>
    </div>
  )
}
