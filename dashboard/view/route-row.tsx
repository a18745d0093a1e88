import type { RouteItem, WaitItem } from '../live/api.ts'
import { clock } from '../model/format.ts'
import { writePlace } from '../model/place.ts'
import { ageOf, beforeOf, findingsLine, keyOf, sentenceOf, shortService } from '../model/route.ts'
import { leftOf, rankOf } from '../model/tiers.ts'
import { Traffic } from './backends.tsx'
import { FindingsBadge, StateBadge } from './state-mark.tsx'

interface RouteRowProps {
  readonly id: string
  readonly index: number
  readonly isActive: boolean
  /** `undefined` if it is gone and the rows have not been arranged again yet. */
  readonly route: RouteItem | undefined
  readonly now: number
  /** Whether the table has a column for tiers. */
  readonly hasTiers: boolean
}

export function RouteRow({ id, index, isActive, route, now, hasTiers }: RouteRowProps) {
  return (
    <tr class={isActive ? 'active' : undefined} id={id} aria-rowindex={index + 2} aria-selected={isActive}>
      {route ? <Cells route={route} now={now} hasTiers={hasTiers} /> : <td class="gone">gone</td>}
    </tr>
  )
}

function Cells({ route, now, hasTiers }: { route: RouteItem; now: number; hasTiers: boolean }) {
  return (
    <>
      <td class="state">
        <StateBadge state={route.state} />
        <FindingsBadge count={route.findings.length} />
      </td>
      <td class="name">
        <a href={writePlace({ view: 'route', key: keyOf(route) })} tabIndex={-1}>
          {route.name}
        </a>
        <span class="quiet">
          {route.namespace} · {route.kind}
        </span>
      </td>
      <td class="flow">
        <Traffic route={route} />
      </td>
      <td class="why" title={whyOf(route)}>
        {whyOf(route)}
      </td>
      {hasTiers && <TierCell route={route} now={now} />}
      <td class="since">
        <Since route={route} now={now} />
      </td>
    </>
  )
}

/** What stands in the way of the weights comes before what the weights are. */
function whyOf(route: RouteItem): string {
  const { refusal } = route
  if (refusal) return `write refused ${refusal.count}×: ${refusal.message}`
  return findingsLine(route) || sentenceOf(route)
}

function TierCell({ route, now }: { route: RouteItem; now: number }) {
  const rank = rankOf(route)
  const { tier, wait } = rank ?? {}
  const left = wait && leftOf(wait, now)
  return (
    <td class="rank">
      {tier}
      {wait && (
        <span class="quiet" title={waitTitle(wait, route.namespace)}>
          {waitWords(wait, left)}
        </span>
      )}
    </td>
  )
}

const waitWords = ({ what }: WaitItem, left: string | undefined): string =>
  left === undefined ? (wordsWithoutEnd[what] ?? 'waits') : `waits ${left}`

/** Of waits whose end nobody knows. */
const wordsWithoutEnd: Readonly<Record<string, string>> = { approval: 'awaits approval', limit: 'held' }

function waitTitle({ what, service }: WaitItem, namespace: string): string {
  const name = shortService(service, namespace)
  if (what === 'limit') return `limits hold up the move to ${name}, which is not needed`
  return what === 'approval'
    ? `${name} could serve again and gets its traffic back if a person approves that`
    : `${name} is ready again and gets its traffic back if it stays ready`
}

function Since({ route, now }: { route: RouteItem; now: number }) {
  const { since } = route
  const age = ageOf(route, now)
  if (since === null) return <span title={`before ${clock(beforeOf(route), now)}`}>{age}</span>
  return (
    <time dateTime={since} title={clock(Date.parse(since), now)}>
      {age}
    </time>
  )
}
