import type { BackendItem, RouteItem, SplitItem } from '../live/api.ts'
import { percent } from '../model/format.ts'
import { shareOf, shortService, worstSplit } from '../model/route.ts'

/** So many backends have a dot in a row of the table. */
const mostDots = 8

const readinessWords = ({ readiness }: BackendItem): string =>
  readiness.state === 'unknown' ? 'readiness unknown' : `${readiness.ready} of ${readiness.total} ready`

/** Who gets which part of the traffic, and which backends are ready, in the space of one cell. */
export function Traffic({ route }: { route: RouteItem }) {
  const split = worstSplit(route)
  if (!split) return <span class="quiet">no backends</span>
  return (
    <span class="traffic">
      <WeightBar split={split} namespace={route.namespace} />
      <Dots split={split} namespace={route.namespace} />
    </span>
  )
}

/** The primary's part is plain, a secondary's hatched. */
function WeightBar({ split, namespace }: { split: SplitItem; namespace: string }) {
  const active = split.backends.filter((backend) => shareOf(backend, split) > 0)
  const words = active.map(
    (backend) => `${shortService(backend.service, namespace)} ${percent(shareOf(backend, split))}`,
  )
  return (
    <span
      class="weights"
      role="img"
      aria-label={`Traffic: ${words.join(', ') || 'none'}`}
      title={words.join('\n')}
    >
      {active.map((backend, index) => (
        <span
          key={`${index} ${backend.service}`}
          class={backend.primary ? 'share primary' : 'share secondary'}
          style={{ flexGrow: shareOf(backend, split) }}
        />
      ))}
    </span>
  )
}

function Dots({ split, namespace }: { split: SplitItem; namespace: string }) {
  const words = split.backends.map(
    (backend) =>
      `${shortService(backend.service, namespace)}${backend.primary ? ' (primary)' : ''}: ${readinessWords(backend)}`,
  )
  const more = split.backends.length - mostDots
  return (
    <span class="dots" role="img" aria-label={`Readiness: ${words.join(', ')}`} title={words.join('\n')}>
      {split.backends.slice(0, mostDots).map((backend, index) => (
        <ReadinessDot key={`${index} ${backend.service}`} backend={backend} />
      ))}
      {more > 0 && <span class="more">+{more}</span>}
    </span>
  )
}

/** Full: ready. A ring with a bar: down. A question mark: unknown. The primary's stands on a line. */
export function ReadinessDot({ backend: { readiness, primary } }: { backend: BackendItem }) {
  return (
    <svg class={`dot ${readiness.state}`} width="12" height="16" viewBox="0 0 12 16" aria-hidden="true">
      {readiness.state === 'ready' && <circle class="full" cx="6" cy="6" r="5" />}
      {readiness.state === 'down' && (
        <>
          <circle class="ring" cx="6" cy="6" r="4" />
          <path class="ring" d="M3.2 8.8l5.6-5.6" />
        </>
      )}
      {readiness.state === 'unknown' && (
        <path class="ring" d="M3.4 4.2a2.6 2.6 0 1 1 3.8 2.3C6.3 7 6 7.4 6 8.3M6 10.6v.4" />
      )}
      {primary && <path class="base" d="M1 14.5h10" />}
    </svg>
  )
}
