import type { RouteItem, SplitItem, WaitItem } from '../live/api.ts'
import { lasting, listed } from '../model/format.ts'
import { shareOf, shortService } from '../model/route.ts'
import { demandsOf, leftOf, returnCommand, type Tier, tiersOf } from '../model/tiers.ts'
import { Box } from './diagram.tsx'

interface WaitsProps {
  readonly wait: WaitItem
  readonly route: RouteItem
  readonly now: number
}

interface TiersProps {
  readonly split: SplitItem
  /** What the clients call. */
  readonly apexes: readonly string[]
  readonly namespace: string
}

/** The tiers of a split as columns, in order: traffic goes to the first one that can serve. */
export function Tiers({ split, apexes, namespace }: TiersProps) {
  const demands = demandsOf(split)
  return (
    <>
      <p class="apexes">
        <span class="quiet">clients call</span>{' '}
        <strong>{listed(apexes.map((apex) => shortService(apex, namespace)))}</strong>
      </p>
      <ol class="tiers" aria-label="Tiers">
        {(tiersOf(split) ?? []).map((tier) => (
          <Column key={tier.title} tier={tier} split={split} namespace={namespace} />
        ))}
      </ol>
      {demands.length > 0 && <p class="demands">By the policy {listed(demands)}.</p>}
    </>
  )
}

function Column({ tier, split, namespace }: { tier: Tier; split: SplitItem; namespace: string }) {
  const { title, serves, isTier, members } = tier
  return (
    <li class={`tier ${serves ? 'serves' : ''} ${isTier ? '' : 'outside'}`}>
      <h3>
        {title}
        {serves && <span class="tag">serves</span>}
      </h3>
      <ul>
        {members.map(({ backend, declared }, index) => (
          <Box
            key={`${index} ${backend.service}`}
            backend={backend}
            share={shareOf(backend, split)}
            declared={declared}
            namespace={namespace}
          />
        ))}
      </ul>
    </li>
  )
}

/** The limits of a FailoverPolicy hold up a move. */
function Held({ wait, namespace, left }: { wait: WaitItem; namespace: string; left: string | undefined }) {
  const service = <strong>{shortService(wait.service, namespace)}</strong>
  if (left === undefined)
    return (
      <p class="waits">
        The move to {service} is held: too many routes want to leave backends that can serve.
      </p>
    )
  return (
    <p class="waits">
      The move to {service} is not needed, so it waits for its turn, in <strong role="timer">{left}</strong>.
    </p>
  )
}

/** What a split waits for, with the time that is left. */
export function Waits({ wait, route, now }: WaitsProps) {
  const { namespace } = route
  if (wait.what === 'approval') return <Approval wait={wait} route={route} now={now} />
  const left = leftOf(wait, now)
  if (wait.what === 'limit') return <Held wait={wait} namespace={namespace} left={left} />
  if (wait.what === 'failover')
    return (
      <p class="waits">
        <strong>{shortService(wait.service, namespace)}</strong> has too few ready endpoints. Its traffic
        leaves it {left === undefined ? 'soon' : <strong role="timer">in {left}</strong>} if that stays so.
      </p>
    )
  return (
    <p class="waits">
      <strong>{shortService(wait.service, namespace)}</strong> is ready again. It gets its traffic back{' '}
      {left === undefined ? (
        'when it has been ready for long enough'
      ) : (
        <>
          in <strong role="timer">{left}</strong> if it stays ready
        </>
      )}
      .
    </p>
  )
}

/** That a person must approve the return, and how. */
function Approval({ wait, route, now }: WaitsProps) {
  const { kind, namespace, name } = route
  const lostAt = Date.parse(wait.lostAt ?? '')
  return (
    <p class="waits">
      <strong>{shortService(wait.service, namespace)}</strong> could serve again. It was lost{' '}
      {Number.isNaN(lostAt) ? '' : `${lasting(now - lostAt)} ago, `}and gets its traffic back when a person
      approves that: <code>{returnCommand({ kind, namespace, name })}</code>
    </p>
  )
}
