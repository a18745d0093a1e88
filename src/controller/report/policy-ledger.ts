import type { Clock } from '../../base/clock.ts'
import type { Verdict } from '../../core/judge.ts'
import { commitmentBy } from '../../core/policy/standing.ts'
import type { Lost } from '../../core/policy/types.ts'
import { stateOf } from '../../core/state.ts'
import { isOnFirstTier } from '../../core/transition.ts'
import type { Share } from '../../policies/policy-index.ts'
import type { PolicyOutcome, SplitOutcome } from '../../policies/policy-status.ts'
import type { Judged } from '../../routes/judge.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import type { RouteMemory } from '../memory.ts'

export interface PolicyLedgerOptions {
  readonly clock: Clock
  readonly memory: RouteMemory
  /** How much a route follows of each of its policies; empty without any. */
  readonly sharesOf: (route: Route) => readonly Share[]
  /** What a return of a split (by its position) must be approved for; `undefined` if nothing was lost. */
  readonly lost: (key: RouteKey, index: number) => Lost | undefined
  /** How a split is served, in words. */
  readonly whyOf: (verdict: Verdict) => string
  /** Called with a policy (`namespace/name`) of whose routes something is not as before. */
  readonly onChange: (policy: string) => void
}

/** A look at a route. */
interface Seen {
  readonly key: RouteKey
  readonly judged: Judged
  readonly after: Route
}

/** How a route with policies is; one record for all that are alike. */
interface Entry {
  readonly shares: readonly Share[]
  readonly away: boolean
  readonly waiting: boolean
  readonly dark: boolean
}

/** How many routes of a policy are so. */
interface Counts {
  total: number
  away: number
  waiting: number
  dark: number
  partly: number
  wholly: number
}

/** How the routes of each policy are. A look at a route costs as much as its policies, whatever else there is. */
export class PolicyLedger {
  readonly #options: PolicyLedgerOptions
  readonly #byRoute: Map<RouteKey, Entry>
  /** Of routes that a policy targets by name. */
  readonly #splits: Map<RouteKey, readonly SplitOutcome[]>
  readonly #kept = new Map<string, Entry>()
  readonly #counts = new Map<string, Counts>()

  constructor(options: PolicyLedgerOptions) {
    this.#options = options
    this.#byRoute = options.memory.part((_, entry) => this.#count(entry, -1))
    this.#splits = options.memory.part()
  }

  /** Must be called with each look at a route, and with the route as it is after it. */
  see(key: RouteKey, judged: Judged, after: Route): void {
    const before = this.#byRoute.get(key)
    const shares = this.#options.sharesOf(after)
    if (shares.length === 0 && !before) return
    const entry = shares.length === 0 ? undefined : this.#entryOf(shares, judged, after)
    if (entry !== before) {
      if (entry) this.#byRoute.set(key, entry)
      else this.#byRoute.delete(key)
      if (before) this.#count(before, -1)
      if (entry) this.#count(entry, 1)
    }
    this.#seeSplits(key, shares, judged, after)
  }

  /** How the routes of a policy are, and how many of its targets' follow others. */
  of(policy: string): Pick<PolicyOutcome, 'routes' | 'overridden'> {
    const {
      total = 0,
      away = 0,
      waiting = 0,
      dark = 0,
      partly = 0,
      wholly = 0,
    } = this.#counts.get(policy) ?? {}
    return { routes: { total, away, waiting, dark }, overridden: { partly, wholly } }
  }

  /** How a route is served that a policy targets by name. */
  splits(key: RouteKey): readonly SplitOutcome[] | undefined {
    return this.#splits.get(key)
  }

  #entryOf(shares: readonly Share[], { verdicts }: Judged, after: Route): Entry {
    const state = stateOf(verdicts.map(({ decision }) => decision))
    const flags = {
      // Whatever the state: a route that is held, paused or dark may be away, too.
      away: !after.splits.every(isOnFirstTier),
      waiting: verdicts.some(({ wait }) => wait !== undefined),
      dark: state === 'dark',
    }
    const text = JSON.stringify([flags, shares])
    const known = this.#kept.get(text)
    if (known) return known
    // As many as there are ways to follow policies; changes of policies leave some behind.
    if (this.#kept.size >= mostKept) this.#kept.clear()
    const entry = { shares, ...flags }
    this.#kept.set(text, entry)
    return entry
  }

  #seeSplits(key: RouteKey, shares: readonly Share[], judged: Judged, after: Route): void {
    const targeting = shares.find(({ level }) => level === 'route')
    const before = this.#splits.get(key)
    if (!targeting) {
      this.#splits.delete(key)
      return
    }
    const seen = { key, judged, after }
    const splits = judged.verdicts.map((_, index) => this.#splitOf(seen, index, before?.[index]))
    if (JSON.stringify(splits) === JSON.stringify(before)) return
    this.#splits.set(key, splits)
    this.#options.onChange(targeting.policy)
  }

  #splitOf({ key, judged, after }: Seen, index: number, before: SplitOutcome | undefined): SplitOutcome {
    const { clock, whyOf } = this.#options
    const [verdict, split] = [judged.verdicts[index], after.splits[index]]
    const lost = this.#options.lost(key, index)
    const tier = split?.policy ? commitmentBy(split, split.policy).tier + 1 : 0
    const at = verdict?.wait?.at
    const until = at === undefined ? undefined : clock.wallTime().getTime() + at - clock.now()
    // The two clocks differ by a little more or less each time.
    const isSame = until !== undefined && Math.abs(until - (before?.until ?? 0)) < 1_000
    const now = {
      where: split?.where,
      // Another client may have given weight to a tier that must not serve.
      tier: tier > (split?.policy?.tiers.length ?? 0) ? 0 : Math.max(tier, (lost?.tier ?? -1) + 1),
      lostAt: lost?.lostAt,
      waits: verdict?.wait?.what,
      until: isSame ? before?.until : until,
      why: verdict ? whyOf(verdict) : '',
    }
    return before && isServedAlike(before, now) ? { ...now, why: before.why } : now
  }

  #count(entry: Entry, sign: 1 | -1): void {
    for (const { policy, follows } of entry.shares) {
      const counts = this.#counts.get(policy) ?? { ...none }
      this.#counts.set(policy, counts)
      for (const kind of countedAs(entry, follows)) counts[kind] += sign
      if (counts.total + counts.wholly === 0) this.#counts.delete(policy)
      this.#options.onChange(policy)
    }
  }
}

/** Also if other numbers of endpoints are ready: a rollout must not be a write for each Pod. */
const isServedAlike = (one: SplitOutcome, other: SplitOutcome): boolean =>
  one.tier === other.tier &&
  one.lostAt === other.lostAt &&
  one.waits === other.waits &&
  withoutCounts(one.why) === withoutCounts(other.why)

const withoutCounts = (why: string): string =>
  why.replaceAll(/\b(\d+) of \d+\b/g, (_, ready: string) => (ready === '0' ? 'none' : 'some'))

function* countedAs({ away, waiting, dark }: Entry, follows: Share['follows']): Iterable<keyof Counts> {
  if (follows === 'none') {
    yield 'wholly'
    return
  }
  yield 'total'
  if (follows === 'some') yield 'partly'
  if (away) yield 'away'
  if (waiting) yield 'waiting'
  if (dark) yield 'dark'
}

const none: Counts = { total: 0, away: 0, waiting: 0, dark: 0, partly: 0, wholly: 0 }
const mostKept = 1_000
