import { useState } from 'preact/hooks'
import type { DrainItem } from '../live/api.ts'
import { clock, counted } from '../model/format.ts'
import { type Lane, levelsOf, segmentsOf } from '../model/lanes.ts'
import { writePlace } from '../model/place.ts'
import { titleOf } from '../model/route.ts'
import { states } from '../model/states.ts'
import { pixelOf, type TimeScale, ticks } from '../model/time-scale.ts'
import { windowOf } from '../model/window.ts'
import { Bands } from './bands.tsx'
import { useGestures } from './use-gestures.ts'
import type { Range } from './use-range.ts'
import { useWidth } from './use-width.ts'

interface LanesProps {
  readonly lanes: readonly Lane[]
  readonly range: Range
  readonly now: number
  readonly drains: readonly DrainItem[]
}

/** Pixels, as the style sheet has them. */
const laneHeight = 40
const tallest = 480
const labelWidth = 210

/**
 * Swim lanes: a row for each route, a stretch for each state. Drag or arrow keys move, ctrl and wheel zooms.
 */
export function Lanes({ lanes, range, now, drains }: LanesProps) {
  const { place, width: fullWidth } = useWidth()
  const [top, setTop] = useState(0)
  const isNarrow = fullWidth < 620
  const width = Math.max(100, fullWidth - (isNarrow ? 0 : labelWidth))
  const scale = range.scale(width)
  const gestures = useGestures(range, place, isNarrow ? 0 : labelWidth)
  const height = Math.min(tallest, Math.max(1, lanes.length) * laneHeight)
  const { first, end } = windowOf(top, height, laneHeight, lanes.length, 6)
  return (
    // biome-ignore lint/a11y/useSemanticElements: nothing of HTML is a picture that moves under keys
    <div
      class={`lanes ${isNarrow ? 'narrow' : ''}`}
      role="group"
      aria-label="Swim lanes: arrow keys move, plus and minus zoom"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what moves under keys must take the focus
      tabIndex={0}
      ref={place}
      {...gestures}
    >
      <Axis scale={scale} />
      <Bands drains={drains} scale={scale} now={now} />
      <div
        class="scroll"
        style={{ height: `${height}px` }}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      >
        <ul class="all" aria-label="Lanes" style={{ height: `${lanes.length * laneHeight}px` }}>
          {lanes.slice(first, end).map((lane, offset) => (
            <LaneRow key={lane.id} lane={lane} scale={scale} now={now} top={(first + offset) * laneHeight} />
          ))}
        </ul>
        {lanes.length === 0 && (
          <p class="detail">
            Nothing has happened since the operator started: no route has changed its state.
          </p>
        )}
      </div>
    </div>
  )
}

/** The text of a tick needs so much on both sides (pixels). */
const tickRoom = 32

function Axis({ scale }: { scale: TimeScale }) {
  return (
    <svg class="axis" width={scale.width} height="24" aria-hidden="true">
      {ticks(scale, 90)
        .filter(({ pixel }) => pixel > tickRoom && pixel < scale.width - tickRoom)
        .map(({ at, pixel, text }) => (
          <g key={at}>
            <path d={`M${pixel} 18v6`} />
            <text x={pixel} y="14">
              {text}
            </text>
          </g>
        ))}
    </svg>
  )
}

interface LaneRowProps {
  readonly lane: Lane
  readonly scale: TimeScale
  readonly now: number
  readonly top: number
}

function LaneRow({ lane, scale, now, top }: LaneRowProps) {
  const { routes } = lane
  const [only] = routes
  return (
    <li class="lane" style={{ transform: `translateY(${top}px)` }}>
      <span class="label">
        {routes.length === 1 && only ? (
          <a href={writePlace({ view: 'route', key: only })}>{titleOf(only)}</a>
        ) : (
          groupTitle(lane)
        )}
      </span>
      {routes.length === 1 ? (
        <RouteLane lane={lane} scale={scale} now={now} />
      ) : (
        <GroupLane lane={lane} scale={scale} now={now} />
      )}
    </li>
  )
}

const groupTitle = ({ routes, lines }: Lane): string => {
  const cluster = lines[0]?.cluster
  return `${counted(routes.length, 'route')}${cluster ? ` · cluster ${cluster}` : ' together'}`
}

/** About so wide is a letter on a stretch. */
const pixelsPerLetter = 7
const barTop = 12
const barHeight = 18

function RouteLane({ lane, scale, now }: Omit<LaneRowProps, 'top'>) {
  return (
    <svg class="stretches" width={scale.width} height={laneHeight} aria-hidden="true">
      <path class="base" d={`M0 ${barTop + barHeight / 2}h${scale.width}`} />
      {segmentsOf(lane.lines, scale, now).map(({ from, to, state, count, at, sentence }) => (
        <g key={at} class={`stretch ${state}`}>
          <rect x={from} y={barTop} width={Math.max(2, to - from)} height={barHeight} rx="2" />
          {to - from > 14 + states[state].label.length * pixelsPerLetter && (
            <text x={from + 7} y={barTop + 13}>
              {states[state].label}
            </text>
          )}
          <title>{`${clock(at, now)} ${sentence}${count > 1 ? ` (and ${count - 1} more)` : ''}`}</title>
        </g>
      ))}
    </svg>
  )
}

/** How many of the group are away from their primary: the higher, the more. */
function GroupLane({ lane, scale, now }: Omit<LaneRowProps, 'top'>) {
  const levels = levelsOf(lane.lines, scale)
  const bottom = barTop + barHeight
  const yOf = (away: number) => bottom - (away / lane.routes.length) * barHeight
  const end = Math.min(scale.width, Math.max(0, pixelOf(scale, now)))
  const path = levels.map(({ pixel, away }) => `H${pixel}V${yOf(away)}`).join('')
  const begin = levels[0]?.pixel ?? end
  const most = Math.max(0, ...levels.map(({ away }) => away))
  return (
    <svg class="stretches" width={scale.width} height={laneHeight} aria-hidden="true">
      <path class="base" d={`M0 ${bottom}h${scale.width}`} />
      <path class="group" d={`M${begin} ${bottom}${path}H${end}V${bottom}Z`} />
      <title>{`at most ${counted(most, 'route')} not on the primary`}</title>
    </svg>
  )
}
