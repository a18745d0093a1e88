import { clock, count, counted, lasting } from '../model/format.ts'
import { type Counts, headlineOf } from '../model/headline.ts'
import type { Moment } from '../model/moments.ts'
import { type Place, writePlace } from '../model/place.ts'
import { beforeOf, findingsLine, keyOf, sentenceOf, titleOf } from '../model/route.ts'
import { states } from '../model/states.ts'
import type { Story } from '../model/stories.ts'
import { everything, worstFirst } from '../model/table.ts'
import { MomentLine } from './moment-line.tsx'
import { StateMark } from './state-mark.tsx'

interface NowCardProps {
  readonly counts: Counts
  readonly stories: readonly Story[]
  readonly moments: readonly Moment[]
  readonly isComplete: boolean
  readonly now: number
}

/** So many lines always have space, even if they are empty: the page must not jump. */
const lines = 3

/**
 * What to read first: what is wrong, why, since when, and whether the weights match. Quiet if all is well.
 */
export function NowCard({ counts, stories, moments, isComplete, now }: NowCardProps) {
  const headline = headlineOf(counts)
  const more = stories.slice(lines).reduce((sum, { routes }) => sum + routes.length, 0)
  const text = isComplete || headline.tone !== 'calm' ? headline.text : 'Loading the routes…'
  return (
    <section class={`card now ${headline.tone}`} aria-label="Now">
      <h1 aria-live="polite">{text}</h1>
      <p class="detail">
        {headline.detail}
        {more > 0 && ` · the list shows ${counted(more, 'more route')}`}
        {'\u00a0'}
      </p>
      <ul class="lines">
        {stories.slice(0, lines).map((story) => (
          <StoryLine
            key={`${story.mark} ${story.cluster} ${story.routes[0]?.name}`}
            story={story}
            now={now}
          />
        ))}
        {stories.length === 0 &&
          moments.slice(0, lines).map((moment) => <MomentLine key={moment.id} moment={moment} now={now} />)}
      </ul>
    </section>
  )
}

function StoryLine({ story, now }: { story: Story; now: number }) {
  const { mark, newest, routes, since } = story
  const isOne = routes.length === 1
  const at = since === null ? undefined : Date.parse(since)
  const why = mark === 'finding' ? findingsLine(newest) : sentenceOf(newest)
  return (
    <li class="line">
      <StateMark state={mark} />
      <a class="subject" href={writePlace(placeOf(story))}>
        {isOne ? titleOf(keyOf(newest)) : headOf(story)}
      </a>
      <span class="why">{isOne ? why : `for example ${titleOf(keyOf(newest))}: ${why}`}</span>
      <Verdict {...story.agreement} />
      {mark !== 'finding' && (
        <span class="when">
          {at === undefined ? `since before ${clock(beforeOf(newest), now)}` : lasting(now - at)}
          {at !== undefined && <span class="aside-word">, since {clock(at, now)}</span>}
        </span>
      )}
    </li>
  )
}

function headOf({ mark, routes, cluster }: Story): string {
  const head = `${counted(routes.length, 'route')} ${states[mark].verb(routes.length)}`
  if (cluster === null) return head
  return mark === 'failover'
    ? `${head} from cluster ${cluster}`
    : `${head}, the primary in cluster ${cluster}`
}

/** Whether the weights in the cluster match the decision. */
function Verdict({ agrees, doubted, pending, refused, held }: Story['agreement']) {
  const isOne = agrees + doubted + pending + refused + held === 1
  if (refused > 0)
    return <span class="verdict bad">✗ {isOne ? 'write refused' : `${count(refused)} refused`}</span>
  if (pending > 0) return <span class="verdict wait">… being written</span>
  if (doubted > 0) return <span class="verdict wait">see the findings</span>
  if (agrees > 0) return <span class="verdict good">✓ weights match the decision</span>
  return <span class="verdict">weights not changed</span>
}

function placeOf({ newest, routes, mark, cluster }: Story): Place {
  if (routes.length === 1) return { view: 'route', key: keyOf(newest) }
  const filter = { ...everything, states: [mark], cluster: cluster ?? '' }
  return { view: 'routes', filter, sorting: worstFirst }
}
