import { brief, clock, lasting } from '../model/format.ts'
import { headOf, isMass, type Moment, verbOf } from '../model/moments.ts'
import { writePlace } from '../model/place.ts'
import { sentenceOf, titleOf } from '../model/route.ts'
import { signOf } from '../model/states.ts'
import { StateMark } from './state-mark.tsx'

interface MomentLineProps {
  readonly moment: Moment
  readonly now: number
  /** Brings a stretch of time into sight. */
  readonly look?: ((from: number, to: number) => void) | undefined
}

/** What happened at one moment, in a line. */
export function MomentLine({ moment, now, look }: MomentLineProps) {
  const { what, from, to, lines } = moment
  const [first] = lines
  if (!first) return null
  const why = sentenceOf({ sentence: first.sentence, namespace: first.key.split('/')[1] ?? '' })
  const source = first.fromEvents && 'from Events: '
  return (
    <li class={`line moment ${what}`}>
      <StateMark state={signOf(first)} />
      {isMass(moment) ? (
        <>
          <span class="subject">{headOf(moment)}</span>
          <span class="why">
            {source}
            {to > from ? `in ${brief(to - from)}` : 'at once'}, {titleOf(first.key)} first
          </span>
        </>
      ) : (
        <>
          <a class="subject" href={writePlace({ view: 'route', key: first.key })}>
            {titleOf(first.key)} {verbOf(first)}
          </a>
          <span class="why">
            {source}
            {why}
          </span>
        </>
      )}
      <time class="when" dateTime={new Date(from).toISOString()}>
        {lasting(now - from)} ago<span class="aside-word">, {clock(from, now)}</span>
      </time>
      {look && (
        <button
          type="button"
          class="look"
          onClick={() => look(from, to)}
          aria-label={`Show ${clock(from, now)} on the timeline`}
        >
          show
        </button>
      )}
    </li>
  )
}
