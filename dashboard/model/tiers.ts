import type { BackendItem, RouteItem, SplitItem, Threshold, WaitItem } from '../live/api.ts'
import { counted, lastingLong } from './format.ts'
import { worstSplit } from './route.ts'

/** A tier of a split, with all that is shown of its backends. */
export interface Tier {
  readonly title: string
  readonly serves: boolean
  /** False for the backends that no tier names: they are not in the order. */
  readonly isTier: boolean
  readonly members: readonly { readonly backend: BackendItem; readonly declared: number | null }[]
}

/** In order; backends in no tier come last. `undefined` for a split without a policy. */
export function tiersOf({ policy, backends }: SplitItem): Tier[] | undefined {
  if (!policy) return undefined
  const tiers = policy.tiers.map(({ serves, members }, place) => ({
    title: `Tier ${place + 1}`,
    serves,
    isTier: true,
    members: backends
      .filter(({ tier }) => tier === place)
      .map((backend) => ({
        backend,
        declared:
          members.find(({ service, port }) => service === backend.service && port === backend.port)?.weight ??
          null,
      })),
  }))
  const rest = backends.filter(({ tier }) => tier === null)
  if (rest.length === 0) return tiers
  const outside = rest.map((backend) => ({ backend, declared: null }))
  const serves = rest.some(({ active }) => active)
  return [...tiers, { title: 'In no tier: gets no traffic', serves, isTier: false, members: outside }]
}

/** What the owner asks for besides the order. */
export function demandsOf({ policy }: SplitItem): string[] {
  if (!policy) return []
  const { minReady, minReadyShare, failbackMinReady, failbackAfterMs, failbackAtMostMs } = policy
  const { failoverAfterMs, failoverWhenDownMs, isManual } = policy
  return [
    ...(minReady > 1 || minReadyShare
      ? [`each backend needs ${neededWords({ count: minReady, ...minReadyShare })}`]
      : []),
    ...(failbackMinReady
      ? [`a lost backend needs ${neededWords(failbackMinReady)} before it gets traffic again`]
      : []),
    ...(failbackAfterMs > 0
      ? [`a lost backend must be ready for ${lastingLong(failbackAfterMs)} before it gets traffic again`]
      : []),
    ...(isManual ? ['a person approves that traffic goes back to a lost tier'] : []),
    ...(failbackAtMostMs ? [`each failover doubles that, up to ${lastingLong(failbackAtMostMs)}`] : []),
    ...(failoverAfterMs
      ? [`a backend that serves is left when it has had too few for ${lastingLong(failoverAfterMs)}`]
      : []),
    ...(failoverWhenDownMs
      ? [`a backend that serves is left when it has had none for ${lastingLong(failoverWhenDownMs)}`]
      : []),
  ]
}

/** How many endpoints must be ready: `2 ready endpoints, and 50 % of 6`. */
function neededWords({ count, percent, expected }: Threshold): string {
  const share = percent === undefined ? [] : [`${percent} % of ${expected ?? 'its endpoints'}`]
  return [...(count > 1 || share.length === 0 ? [counted(count, 'ready endpoint')] : []), ...share].join(
    ', and ',
  )
}

/** Which tier serves: `2 of 3`, the last one if several do; `undefined` without a policy. */
export function tierWords({ policy }: SplitItem): string | undefined {
  if (!policy) return undefined
  const serving = policy.tiers.findLastIndex(({ serves }) => serves)
  return `${serving < 0 ? 'none' : serving + 1} of ${policy.tiers.length}`
}

/**
 * How long a wait still takes: `41 s`; `undefined` if that is not known.
 *
 * @param now by the operator's clock
 */
export function leftOf({ until }: WaitItem, now: number): string | undefined {
  if (until === null) return undefined
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - now) / 1000))
  return lastingLong(seconds * 1000)
}

/** The command that approves a return of a route. */
export const returnCommand = ({
  kind,
  namespace,
  name,
}: Pick<RouteItem, 'kind' | 'namespace' | 'name'>): string =>
  `linkerd-failover return ${kind.toLowerCase()}/${name} -n ${namespace}`

/** Of a route in the table: the tier of the split in the worst state, and the wait that ends first. */
export interface Rank {
  readonly tier: string
  readonly wait: WaitItem | undefined
}

export function rankOf(route: RouteItem): Rank | undefined {
  const waits = route.splits.flatMap((split) => split.waits ?? [])
  const tier = worstTier(route) ?? ''
  if (tier === '' && waits.length === 0) return undefined
  const [wait] = waits.sort((one, other) => (one.until ?? '').localeCompare(other.until ?? ''))
  return { tier, wait }
}

/** A split without a policy has no tier to show, so another one of the route is asked. */
function worstTier(route: RouteItem): string | undefined {
  const worst = worstSplit(route)
  return [...(worst ? [worst] : []), ...route.splits].map(tierWords).find((words) => words !== undefined)
}

/** True if any route has tiers, or waits: without one, the table has no column for them. */
export function anyTiers(routes: Iterable<RouteItem>): boolean {
  for (const { splits } of routes)
    if (splits.some(({ policy, waits }) => policy !== null || waits !== null)) return true
  return false
}
