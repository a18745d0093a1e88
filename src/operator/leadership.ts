import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { selectorAnnotation } from '../base/names.ts'
import type { Transport } from '../kube/http/transport.ts'
import { type Lease, startLease } from '../kube/lease/lease.ts'
import { writeWithin } from '../kube/lease/write-within.ts'

/** How several replicas agree on one that writes. */
export interface Election {
  /** Where the Lease is. */
  readonly namespace: string
  readonly name: string
  /** Which routes are controlled: replicas with another selector must have another Lease. */
  readonly selector: string
  /** Names this process; no two may share it, also not one before and after a restart. */
  readonly identity: string
  /**
   * How long a standby leaves a move that is needed to the leader (ms); 0: for as long as it is a standby.
   */
  readonly hedgeAfterMs: number
}

export interface LeadershipOptions {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** Without it this is the only replica, and leads. */
  readonly election?: Election | undefined
  /** Called whenever this replica begins to lead, or leads no more; not at the end, after `leave()`. */
  readonly onChange: (leads: boolean) => void
  /** Called when another replica may have led since this one did; again and again while it stands by. */
  readonly onOtherLeader: () => void
}

/** Whether this replica is the one that writes. */
export interface Leadership {
  readonly leads: boolean
  /** The identity of the leader, as far as it is known; `undefined` if there is no election, or no leader. */
  readonly leader: string | undefined
  /** When another replica was last seen to lead, on the clock; before all time if none was. */
  readonly lastLed: number
  /** The way to the API server for all but the election: it writes nothing unless this replica leads. */
  readonly transport: Transport
  /** This replica knows all that a leader needs: from now on it may lead. */
  stand(): void
  /** Hands the lead over. All writes must have ended. */
  leave(): Promise<void>
}

/** Begins to look at the lease at once, so that it is known how old it is when this replica may take it. */
export function createLeadership(options: LeadershipOptions): Leadership {
  return options.election ? elected(options, options.election) : alone(options)
}

function alone({ transport, onChange }: LeadershipOptions): Leadership {
  let leads = false
  return {
    get leads() {
      return leads
    },
    leader: undefined,
    lastLed: Number.NEGATIVE_INFINITY,
    transport,
    stand: () => {
      leads = true
      onChange(true)
    },
    leave: async () => {
      leads = false
    },
  }
}

function elected(options: LeadershipOptions, election: Election): Leadership {
  let stands = false
  const scope = {
    annotation: selectorAnnotation,
    value: election.selector,
    onOther: warning(options, election),
  }
  const lease: Lease = startLease({ ...options, ...election, scope, eligible: () => stands })
  const budgetMs = () => lease.writeBudgetMs()
  return {
    get leads() {
      return budgetMs() > 0
    },
    get leader() {
      return lease.holder || undefined
    },
    get lastLed() {
      return lease.othersSeenAt
    },
    transport: writeWithin(options.transport, budgetMs),
    stand: () => {
      stands = true
    },
    leave: () => lease.release(),
  }
}

/**
 * A standby that waits for a lease that another operator holds would wait for ever, and nothing would show
 * it.
 */
const warning =
  ({ log }: LeadershipOptions, { namespace, name, selector }: Election) =>
  (other: string, holder: string): void =>
    log.warn(
      { lease: `${namespace}/${name}`, holder, selector, holderSelector: other },
      `this replica does not lead, because another operator holds the lease ${namespace}/${name}: ${holder} controls the routes of the selector ${other}, this replica those of ${selector}; give each operator a Lease of its own with --leader-elect-resource-name, and its account the permission for it`,
    )
