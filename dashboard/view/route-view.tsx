import type { EntryItem, RouteItem } from '../live/api.ts'
import type { Http } from '../live/http.ts'
import type { Store } from '../live/store.ts'
import { brief, clock, lasting } from '../model/format.ts'
import { watchedWords } from '../model/lead.ts'
import { verbOf } from '../model/moments.ts'
import { type Agreement, agreementOf, beforeOf, type RouteKey, sentenceOf, titleOf } from '../model/route.ts'
import { signOf } from '../model/states.ts'
import { Beliefs } from './beliefs.tsx'
import { Code } from './code.tsx'
import { Diagram } from './diagram.tsx'
import { StateBadge, StateMark } from './state-mark.tsx'
import { Tiers, Waits } from './tiers.tsx'
import { type Detail, useDetail } from './use-detail.ts'

interface RouteViewProps {
  readonly store: Store
  readonly http: Http
  readonly routeKey: RouteKey
  /** By the operator's clock. */
  readonly now: number
}

/**
 * Everything about one route: its state, where its traffic goes, its history, and a command that shows
 * more.
 */
export function RouteView({ store, http, routeKey, now }: RouteViewProps) {
  const route = store.routes.get(routeKey)
  const detail = useDetail(http, routeKey, route?.revision ?? endedAt(store, routeKey))
  return (
    <article class="route">
      <p class="back">
        <a href="#/">← All routes</a>
      </p>
      {route ? (
        <Standing route={route} now={now} />
      ) : (
        <Missing routeKey={routeKey} isComplete={store.isComplete} detail={detail} now={now} />
      )}
      {(route || detail.value) && (
        <Further detail={detail} now={now} watched={watchedWords(store.status, now)} />
      )}
    </article>
  )
}

/** The revision of what happened last to a route that is not there; `undefined` if that is not known. */
const endedAt = ({ entries, isComplete }: Store, routeKey: RouteKey): number | undefined =>
  isComplete ? entries.findLast(({ key }) => key === routeKey)?.revision : undefined

interface MissingProps {
  readonly routeKey: RouteKey
  readonly isComplete: boolean
  readonly detail: Detail
  readonly now: number
}

function Missing({ routeKey, isComplete, detail, now }: MissingProps) {
  const end = detail.value?.history.find(({ what }) => what === 'end')
  const known = end
    ? `It ${end.sentence} (${clock(Date.parse(end.at), now)}, ${lasting(now - Date.parse(end.at))} ago). What happened before is below.`
    : 'The operator does not control this route: it was deleted, or its label was removed.'
  return (
    <section class="card now ended">
      <h1>{titleOf(routeKey)}</h1>
      <p class="detail">{isComplete ? known : 'Loading…'}</p>
    </section>
  )
}

function Standing({ route, now }: { route: RouteItem; now: number }) {
  const { splits } = route
  return (
    <section class={`card standing ${route.state}`} aria-label="State of the route">
      <h1>
        {route.namespace}/{route.name} <span class="tag">{route.kind}</span>
      </h1>
      <p class="headline">
        <StateBadge state={route.state} /> <span class="when">{sinceWords(route, now)}</span>
      </p>
      <Findings route={route} />
      <p class="decision">{sentenceOf(route)}</p>
      <Agreed route={route} />
      {splits.map((split, index) => (
        <div key={split.where ?? index} class="split">
          {splits.length > 1 && (
            <h2>
              <StateMark state={split.state} size={16} /> {split.where ?? `split ${index + 1}`}
            </h2>
          )}
          {split.waits && <Waits wait={split.waits} route={route} now={now} />}
          {split.policy ? (
            <Tiers split={split} apexes={route.apexes} namespace={route.namespace} />
          ) : (
            <Diagram split={split} apexes={route.apexes} namespace={route.namespace} />
          )}
          <Beliefs split={split} namespace={route.namespace} />
        </div>
      ))}
    </section>
  )
}

/** What is wrong around the route, all of it. */
function Findings({ route: { findings } }: { route: RouteItem }) {
  if (findings.length === 0) return null
  return (
    <ul class="findings" aria-label="Findings">
      {findings.map(({ reason, message }) => (
        <li key={`${reason} ${message}`}>
          <StateMark state="finding" size={16} />
          <span>
            <strong>{reason}</strong> {message}
          </span>
        </li>
      ))}
    </ul>
  )
}

function sinceWords(route: RouteItem, now: number): string {
  const { since } = route
  if (since === null) return `since before ${clock(beforeOf(route), now)}: nothing shows when it began`
  const at = Date.parse(since)
  return `for ${lasting(now - at)}, since ${clock(at, now)}`
}

const agreed: Readonly<Record<Agreement, string>> = {
  agrees: '✓ The weights in the cluster match the decision.',
  doubted:
    '✓ The weights in the cluster match the decision; the findings say why they may not have the effect that you expect.',
  pending: '… The weights in the cluster do not match the decision yet; they are being written.',
  refused: '✗ The API server refused to write the weights.',
  held: 'The operator does not change the weights.',
}

function Agreed({ route }: { route: RouteItem }) {
  const agreement = agreementOf(route)
  const { refusal } = route
  return (
    <p class={`agreed ${agreement}`}>
      {agreed[agreement]}
      {refusal && ` Refused ${refusal.count} times; the operator keeps trying: ${refusal.message}`}
    </p>
  )
}

function Further({
  detail: { value, problem },
  now,
  watched,
}: {
  detail: Detail
  now: number
  watched: string
}) {
  return (
    <div class="further">
      <section class="card" aria-label="History of this route">
        <h2>History of this route</h2>
        {problem && <p class="problem">The history could not be loaded: {problem}.</p>}
        {value?.history.length === 0 && <p class="detail">Nothing yet. {watched}</p>}
        <ol class="history">
          {value?.history.map((item) => (
            <HistoryLine key={item.id} item={item} namespace={item.route.namespace} now={now} />
          ))}
        </ol>
      </section>
      <section class="card" aria-label="Show more with kubectl">
        <h2>Show more with kubectl</h2>
        <Code title="command" text={value?.kubectl ?? ' '} />
        {value?.route !== null && (
          <>
            <h2>As the operator sees it</h2>
            <Code title="YAML" text={value?.yaml ?? ' '} />
          </>
        )}
      </section>
    </div>
  )
}

function HistoryLine({ item, namespace, now }: { item: EntryItem; namespace: string; now: number }) {
  const at = Date.parse(item.at)
  return (
    <li class="line">
      <StateMark state={signOf(item)} />
      <span class="subject">{verbOf({ what: item.what, state: item.state })}</span>
      <span class="why">{sentenceOf({ sentence: item.sentence, namespace })}</span>
      {item.reactionMs !== null && <span class="verdict">in {brief(item.reactionMs)}</span>}
      <time class="when" dateTime={item.at} title={item.id}>
        {clock(at, now)}, {lasting(now - at)} ago
      </time>
    </li>
  )
}
