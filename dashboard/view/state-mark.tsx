import { type Mark, type RouteState, states } from '../model/states.ts'

/** A shape for every mark. No two have the same outline, so they differ without colour. */
const shapes: Readonly<Record<Mark | 'end', preact.JSX.Element>> = {
  primary: (
    <>
      <circle class="body" cx="10" cy="10" r="8" />
      <path class="sign" d="M6 10.5l2.8 2.7L14 7.6" />
    </>
  ),
  failover: (
    <>
      <path class="body" d="M10 .8L19.2 10 10 19.2.8 10z" />
      <path class="sign" d="M6 10h7.2M10.4 6.8l3.2 3.2-3.2 3.2" />
    </>
  ),
  dark: (
    <>
      <rect class="body" x="1.8" y="1.8" width="16.4" height="16.4" rx="1.5" />
      <path class="sign" d="M6.4 6.4l7.2 7.2M13.6 6.4l-7.2 7.2" />
    </>
  ),
  finding: (
    <>
      <path class="body" d="M3 1.2h2.2v17.6H3zM5.2 2h13l-4 4.6 4 4.6h-13z" />
    </>
  ),
  end: <path class="body" d="M4 4h12v12H4z" />,
  misconfigured: (
    <>
      <path class="body" d="M10 1.2L19.4 18H.6z" />
      <path class="sign" d="M10 7.4v4.8M10 14.9v.4" />
    </>
  ),
  hold: (
    <>
      <path class="body" d="M6.2 1.4h7.6l4.8 4.8v7.6l-4.8 4.8H6.2l-4.8-4.8V6.2z" />
      <path class="sign" d="M7.4 7.8a2.7 2.7 0 1 1 3.9 2.4c-.9.5-1.3 1-1.3 1.9M10 14.7v.4" />
    </>
  ),
  drained: (
    <>
      <path class="body" d="M1 2.4h18l-7 8.2v6.6l-4 2V10.6z" />
    </>
  ),
  paused: (
    <>
      <rect class="body" x="3" y="1.8" width="5" height="16.4" rx="1.5" />
      <rect class="body" x="12" y="1.8" width="5" height="16.4" rx="1.5" />
    </>
  ),
}

/** The sign of a mark. Hidden from screen readers: its words are next to it. */
export function StateMark({ state, size = 20 }: { state: Mark | 'end'; size?: number }) {
  return (
    <svg class={`mark ${state}`} width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      {shapes[state]}
    </svg>
  )
}

/** Sign and word. */
export function StateBadge({ state }: { state: RouteState }) {
  return (
    <span class={`badge ${state}`} title={states[state].meaning}>
      <StateMark state={state} size={16} />
      {states[state].label}
    </span>
  )
}

/** How many findings a route has; nothing if it has none. */
export function FindingsBadge({ count }: { count: number }) {
  if (count === 0) return null
  return (
    <span class="badge finding" title={states.finding.meaning}>
      <StateMark state="finding" size={14} />
      {count}
      <span class="word">{count === 1 ? 'finding' : 'findings'}</span>
    </span>
  )
}
