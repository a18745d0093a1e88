import type { BackendItem, SplitItem } from '../live/api.ts'
import { readyWords } from '../model/beliefs.ts'
import { listed, percent } from '../model/format.ts'
import { shareOf, shortService } from '../model/route.ts'
import { Dots } from './backends.tsx'

interface DiagramProps {
  readonly split: SplitItem
  /** What the clients call. */
  readonly apexes: readonly string[]
  readonly namespace: string
}

/**
 * Pixels, as the style sheet has them: the height of a backend's box with the gap below it, and the ways'
 * width.
 */
const boxHeight = 68
const waysWidth = 120

/** Where the requests of a split go: from the apex to each backend, as broad as its part of the traffic. */
export function Diagram({ split, apexes, namespace }: DiagramProps) {
  const { backends } = split
  const height = backends.length * boxHeight
  return (
    <figure class="diagram" aria-label={wordsOf(split, namespace)}>
      <div class="apex">
        <span class="quiet">clients call</span>
        <strong>{listed(apexes.map((apex) => shortService(apex, namespace)))}</strong>
      </div>
      <svg
        class="ways"
        width={waysWidth}
        height={height}
        viewBox={`0 0 ${waysWidth} ${height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {backends.map((backend, index) => (
          <Way
            key={`${index} ${backend.service}`}
            backend={backend}
            share={shareOf(backend, split)}
            y={(index + 0.5) * boxHeight}
            middle={height / 2}
          />
        ))}
      </svg>
      <ul class="boxes">
        {backends.map((backend, index) => (
          <Box
            key={`${index} ${backend.service}`}
            backend={backend}
            share={shareOf(backend, split)}
            namespace={namespace}
          />
        ))}
      </ul>
    </figure>
  )
}

const narrowest = 3
const broadest = 14

function Way({
  backend,
  share,
  y,
  middle,
}: {
  backend: BackendItem
  share: number
  y: number
  middle: number
}) {
  const half = waysWidth / 2
  const path = `M0 ${middle}C${half} ${middle} ${half} ${y} ${waysWidth} ${y}`
  if (share === 0) return <path class="way none" d={path} />
  const width = narrowest + share * (broadest - narrowest)
  return (
    <>
      <path class={`way ${backend.primary ? 'primary' : 'secondary'}`} d={path} stroke-width={width} />
      <path class="pulse" d={path} />
    </>
  )
}

interface BoxProps {
  readonly backend: BackendItem
  readonly share: number
  /** The weight that a policy declares; 0 for never. */
  readonly declared?: number | null
  readonly namespace: string
}

/** A backend: whether it is ready, its weight, and its part of the traffic. */
export function Box({ backend, share, declared = null, namespace }: BoxProps) {
  const { service, weight, primary, cluster, drained, readiness } = backend
  return (
    <li class={`box ${readiness.state} ${share > 0 ? 'active' : ''}`}>
      <Dots backends={[{ readiness, primary: false }]} />
      <span class="service">
        {shortService(service, namespace)}
        {primary && <span class="tag">primary</span>}
        {cluster !== null && <span class="tag cluster">cluster {cluster}</span>}
        {drained !== null && (
          <span class="tag drained" title={`by the Drain ${drained}`}>
            drained
          </span>
        )}
      </span>
      <span class="ready" title={readiness.why}>
        {readyWords(readiness)}
      </span>
      <span class="weight">
        weight {weight ?? 'not set'}
        {declared !== null &&
          declared !== weight &&
          ` (${declared === 0 ? 'never' : declared} by the policy)`}
        {' · '}
        <strong>{percent(share)}</strong>
      </span>
    </li>
  )
}

const wordsOf = (split: SplitItem, namespace: string) =>
  split.backends
    .map(
      (backend) =>
        `${shortService(backend.service, namespace)}: ${percent(shareOf(backend, split))} of the traffic, ${readyWords(backend.readiness)}`,
    )
    .join('; ')
