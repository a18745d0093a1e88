/** What the owner of a split asks for beyond a primary and its secondaries. */
export interface Policy {
  /** The order of preference: a later tier serves only if no earlier one can. At least one. */
  readonly tiers: readonly Tier[]
  /** With fewer ready endpoints a backend does not serve while another tier has enough. */
  readonly minReady: Threshold
  /** What a lost backend needs besides before traffic goes back to it; absent: no more than to serve. */
  readonly failbackMinReady?: Threshold | undefined
  /** For so long a lost backend must be ready without a break before traffic goes back to it (ms); 0: at once. */
  readonly failbackAfterMs: number
  /** Each failover lately doubles that wait, up to this (ms, >= `failbackAfterMs`); absent: it stays as it is. */
  readonly failbackAtMostMs?: number | undefined
  /** For so long a backend that serves keeps its traffic with too few ready endpoints (ms); absent: no longer than with none. */
  readonly failoverAfterMs?: number | undefined
  /** The same with none: until then its clients get no answer (ms); absent: not at all. */
  readonly failoverWhenDownMs?: number | undefined
  /** Traffic goes back to a lost tier only if that is needed, or when a person has approved it. */
  readonly isManual?: true
  /** With `isManual`: a return from whatever was lost before is approved (epoch ms); absent: from nothing. */
  readonly approvedAt?: number
}

/** What holds up moves that are not needed, of all routes together. */
export interface Limits {
  /** So many routes (count, > 0) may move to backends of one cluster each second; absent: as many as want to. */
  readonly movesPerSecond?: number | undefined
  /** If more than so many of all routes (percent) want to leave what serves at once, none does; absent: they all do. */
  readonly stopAtPercent?: number | undefined
}

/** How many endpoints of a backend must be ready: so many, and so much of all. */
export interface Threshold {
  /** >= 1. */
  readonly count: number
  /** 1 to 100: of those that are listed, or of `expected` if these are more. */
  readonly percent?: number | undefined
  /** How many endpoints there should be (count, >= 1): those of deleted Pods are not listed any more. */
  readonly expected?: number | undefined
}

/** Backends (indexes into the split's) that serve together; no backend is in two tiers. */
export interface Tier {
  readonly members: readonly number[]
  /**
   * The declared weights, by position in `members`: integers >= 0. 0: it never serves. Absent: all
   * alike.
   */
  readonly weights?: readonly number[] | undefined
}

/** Which tier serves, and which of its backends: what is decided, whatever the object says for the moment. */
export interface Commitment {
  /** An index into the tiers; their number if only backends outside of all tiers serve. */
  readonly tier: number
  /** Indexes into the split's backends. */
  readonly active: readonly number[]
}

/** That earlier tiers were lost: kept until the first one serves again. */
export interface Lost {
  /** Tiers before this one (index) must not serve until that is approved, unless it is needed. */
  readonly tier: number
  /** When the last of them was lost (epoch ms). */
  readonly lostAt: number
}

/** What is known of the time before this look. */
export interface Past {
  /** Ms on the clock's monotonic axis, as all times here. */
  readonly now: number
  /** Since when a backend (index) has had enough ready endpoints without a break; `undefined` if it has not. */
  readonly goodSince: (index: number) => number | undefined
  /**
   * Since when a backend (index) has not had enough to serve, `-Infinity` if it has been left for that; `undefined` if it
   * has enough, or nobody saw it lose them. What is not known changes nothing.
   */
  readonly badSince?: ((index: number) => number | undefined) | undefined
  /** How often traffic has gone to a later tier lately (count); absent: never. */
  readonly failovers?: number | undefined
  /** What a return must be approved for, if the policy asks for that; absent: nothing was lost. */
  readonly lost?: Lost | undefined
  /** `undefined`: the weights say it. */
  readonly commitment: Commitment | undefined
}

/** How the backends of a split stand by its policy, at one moment. Backends are indexes. */
export interface Standing {
  readonly policy: Policy
  /** The tier that serves by the commitment; the number of tiers if none does. */
  readonly current: number
  /** The first tier with a usable backend; the number of tiers if there is none. */
  readonly target: number
  /** The loss after which no tier before it may serve, because that is not approved; `undefined` if any tier may. */
  readonly unapproved: Lost | undefined
  readonly isDown: (backend: number) => boolean
  readonly isUnknown: (backend: number) => boolean
  readonly hasWeight: (backend: number) => boolean
  /** A drain takes it out: whatever is known of it, it does not count. */
  readonly isDrained: (backend: number) => boolean
  /** Drained, but lets it serve while nothing else is ready, and it has a ready endpoint. */
  readonly isLastResort: (backend: number) => boolean
  /** Drained, and does not serve even if nothing else is ready. */
  readonly isForbidden: (backend: number) => boolean
  /** May serve at all, is not drained, and has a ready endpoint. */
  readonly isReady: (backend: number) => boolean
  /** The same, and it serves by the commitment, in the tier that does. */
  readonly isServing: (backend: number) => boolean
  /** Ready, with enough endpoints. */
  readonly isGood: (backend: number) => boolean
  /** Good, and if it was lost, good for long enough; or not good, and serves on for a while. */
  readonly isUsable: (backend: number) => boolean
  /** It was lost, so it must be good for a while before it serves, unless that is needed. */
  readonly mustWait: (backend: number) => boolean
  /** How long a lost backend must be good before traffic goes back to it (ms). */
  readonly returnAfterMs: number
  /** The backends that are good, but not for long enough, and those that are left soon; whoever waits least first. */
  readonly waits: readonly TimedWait[]
}

/** What a split may wait for. */
export const waitKinds = ['return', 'failover', 'approval', 'limit'] as const
export type WaitKind = (typeof waitKinds)[number]

/**
 * A backend (index) that was lost and is good again gets traffic back at a time, if it stays so; or one that serves and is
 * not good any more is left then.
 */
export interface TimedWait {
  readonly what: 'return' | 'failover'
  readonly backend: number
  /** Ms on the clock. */
  readonly at: number
}

/** A backend (index) could serve again, and its return is not approved. */
export interface ApprovalWait {
  readonly what: 'approval'
  readonly backend: number
  /** Nobody knows when. */
  readonly at: undefined
  /** When its tier was lost (epoch ms). */
  readonly lostAt: number
}

/** A backend (index) gets traffic when it is the turn of the route. */
export interface LimitWait {
  readonly what: 'limit'
  readonly backend: number
  /** Ms on the clock; `undefined` if nobody knows. */
  readonly at: number | undefined
}

export type Wait = TimedWait | ApprovalWait | LimitWait

/** What takes a backend out on purpose. */
export interface Drained {
  /** Whether the backend serves while nothing else is ready; `Never`: clients rather get no answer. */
  readonly lastResort: 'Allow' | 'Never'
  /** The drain, as sentences name it: `ops/east-upgrade`. */
  readonly by: string
}

/** The drains of a split by backend; `undefined` if none of its backends is drained. */
export type Drains = readonly (Drained | undefined)[]
