import type { BackendItem, RouteItem, SplitItem } from '../live/api.ts'
import { fullReadyWords } from '../model/beliefs.ts'
import { dotHeight, dotsOf } from '../model/dots.ts'
import { percent } from '../model/format.ts'
import { shareOf, shortService, worstSplit } from '../model/route.ts'

/** The most backends with a dot in a row of the table. */
const mostDots = 8

/** How the traffic is shared, and which backends are ready, in one cell. */
export function Traffic({ route }: { route: RouteItem }) {
  const split = worstSplit(route)
  if (!split) return <span class="quiet">no backends</span>
  return (
    <span class="traffic">
      <WeightBar split={split} namespace={route.namespace} />
      <RowOfDots split={split} namespace={route.namespace} />
    </span>
  )
}

/** The primary's part is plain, a secondary's hatched. */
function WeightBar({ split, namespace }: { split: SplitItem; namespace: string }) {
  const shares = split.backends.map((backend, slot) => ({ backend, slot, share: shareOf(backend, split) }))
  const active = shares.filter(({ share }) => share > 0)
  const words = active.map(
    ({ backend, share }) => `${shortService(backend.service, namespace)} ${percent(share)}`,
  )
  return (
    <span
      class="weights"
      role="img"
      aria-label={`Traffic: ${words.join(', ') || 'none'}`}
      title={words.join('\n')}
    >
      {active.map(({ backend, slot, share }) => (
        <span
          key={slot}
          class={backend.primary ? 'share primary' : 'share secondary'}
          style={{ flexGrow: share }}
        />
      ))}
    </span>
  )
}

function RowOfDots({ split: { backends }, namespace }: { split: SplitItem; namespace: string }) {
  const words = backends.map(
    (backend) =>
      `${shortService(backend.service, namespace)}${backend.primary ? ' (primary)' : ''}: ${fullReadyWords(backend.readiness)}`,
  )
  const more = backends.length - mostDots
  return (
    <span class="dots" role="img" aria-label={`Readiness: ${words.join(', ')}`} title={words.join('\n')}>
      <Dots backends={more > 0 ? backends.slice(0, mostDots) : backends} />
      {more > 0 && <span class="more">+{more}</span>}
    </span>
  )
}

/** Full: ready. A ring with a bar: down. A question mark: unknown. The primary's is underlined. */
export function Dots({ backends }: { backends: readonly Pick<BackendItem, 'readiness' | 'primary'>[] }) {
  const { ready, down, unknown, primary, width } = dotsOf(backends)
  return (
    <svg width={width} height={dotHeight} aria-hidden="true">
      <path class="dot-ready" d={ready} />
      <path class="dot-down" d={down} />
      <path class="dot-unknown" d={unknown} />
      <path class="dot-primary" d={primary} />
    </svg>
  )
}
