import { type Account, type AccountOf, accountOf } from '../core/account.ts'
import type { Decision } from '../core/decide.ts'
import { explain } from '../core/explain.ts'
import { makePlan } from '../core/plan.ts'
import { tierOf } from '../core/policy/tiers.ts'
import { isPrimary, knownOf, weightOf } from '../core/split.ts'
import { stateOf } from '../core/state.ts'
import type { Backend, Readiness, ReadinessOf, ServiceKey, Split } from '../core/types.ts'
import { readinessText } from '../core/words.ts'
import type { Finding } from '../routes/finding.ts'
import type { Route } from '../routes/route.ts'
import type { RouteRecord, SplitWait } from '../view/route-record.ts'
import type { TimelineEntry } from '../view/timeline-entry.ts'
import type { View } from '../view/view.ts'
import type { BackendItem, EntryItem, FindingItem, RouteFacts, RouteItem, SplitItem } from './schema.ts'

/** What is known of Services now. */
export interface Services {
  readonly readiness: ReadinessOf
  /** The same with the reasons; asked for each backend that is shown. */
  readonly account: AccountOf
  /** The cluster that a Service is mirrored from; `undefined` for a Service of this cluster. */
  readonly clusterOf: (service: ServiceKey) => string | undefined
}

/** A route as the API shows it; readiness is that of now, the decision that of the last look. */
export function routeItem(
  { route, decisions, waits, since, sinceBefore, firstSeen, revision, refusal, findings }: RouteRecord,
  view: View,
): RouteItem {
  return {
    ...routeFacts({ route, decisions, waits, since, sinceBefore }, view),
    revision,
    firstSeen: firstSeen.toISOString(),
    findings: findings.map(findingItem),
    refusal: refusal ?? null,
  }
}

/** A finding as the API shows it. */
export const findingItem = ({ reason, message }: Finding): FindingItem => ({ reason, message })

/** A route with the decisions on its splits; `since`: when it came into its state, if that is known. */
export type Decided = Pick<RouteRecord, 'decisions' | 'since' | 'sinceBefore'> &
  Partial<Pick<RouteRecord, 'waits'>> & { readonly route: Route }

/** The same without an operator that remembers: as the command line shows it. */
export function routeFacts(decided: Decided, services: Services): RouteFacts {
  const { route, decisions, waits, since, sinceBefore } = decided
  const { apiVersion, kind, namespace, name } = route
  const splits = route.splits.flatMap((split, index) => {
    const decision = decisions[index]
    return decision ? [splitItem(split, decision, waits?.[index], services)] : []
  })
  const state = stateOf(splits)
  return {
    apiVersion,
    kind,
    namespace,
    name,
    state,
    due: splits.some(({ due }) => due),
    sentence: splits.find((split) => split.state === state)?.sentence ?? 'it has no weighted backends',
    since: since?.toISOString() ?? null,
    sinceBefore: since ? null : sinceBefore.toISOString(),
    apexes: [...route.apexes],
    pause: pauseItem(route, decisions),
    splits,
  }
}

function splitItem(
  split: Split,
  decision: Decision,
  wait: SplitWait | undefined,
  services: Services,
): SplitItem {
  return {
    where: split.where ?? null,
    primary: split.primary ?? null,
    decision: decision.kind,
    rule: decision.rule,
    state: decision.state,
    due: makePlan(split, decision).length > 0,
    sentence: explain({ split, readiness: services.readiness }, decision),
    policy: policyItem(split),
    waits: waitItem(split, wait),
    backends: split.backends.map((backend, index) => ({
      ...backendItem(backend, split, services),
      tier: tierItem(split, index),
      drained: decision.drains?.[index]?.by ?? null,
    })),
  }
}

function backendItem(
  backend: Backend,
  split: Split,
  services: Services,
): Omit<BackendItem, 'tier' | 'drained'> {
  const { service } = backend
  const { readiness, why, members } = accountIn(services, backend)
  return {
    service,
    port: backend.port ?? null,
    weight: backend.weight ?? null,
    active: weightOf(split, backend) > 0,
    primary: isPrimary(split, backend),
    readiness: readinessItem(readiness, why),
    cluster: services.clusterOf(service) ?? null,
    members: members.map((member) => ({
      service: member.service,
      cluster: member.cluster ?? null,
      readiness: readinessItem(member.readiness, member.why),
    })),
  }
}

const accountIn = ({ readiness, account }: Services, backend: Backend): Account =>
  backend.foreign ? accountOf(backend.service, knownOf(backend, readiness)) : account(backend)

/** A line of the timeline as the API shows it. */
export function entryItem(entry: TimelineEntry): EntryItem {
  const { at, route, splits, cluster, reactionMs } = entry
  const { apiVersion, kind, namespace, name } = route
  return {
    id: entry.id,
    revision: entry.revision,
    at: at.toISOString(),
    what: entry.what,
    route: { apiVersion, kind, namespace, name },
    rule: entry.rule ?? null,
    state: entry.state,
    sentence: entry.sentence,
    splits: splits.map(({ where, backends }) => ({
      where: where ?? null,
      backends: backends.map(({ service, from, to, readiness }) => ({
        service,
        from: from ?? null,
        to: to ?? null,
        readiness: readinessItem(readiness, readinessText(service, readiness)),
      })),
    })),
    cluster: cluster ?? null,
    reactionMs: reactionMs ?? null,
    fromEvents: entry.fromEvents === true,
  }
}

function readinessItem(readiness: Readiness, why: string): BackendItem['readiness'] {
  if (readiness.state === 'unknown') return { state: 'unknown', ready: null, total: null, why }
  const { state, ready, total } = readiness
  return { state, ready, total, why }
}

/** All splits of a route are paused alike. */
function pauseItem({ splits: [split] }: Route, [decision]: Decided['decisions']): RouteItem['pause'] {
  if (!split || decision?.rule !== 'Paused') return null
  const { until, by, reason } = split.pause ?? {}
  return {
    until: until === undefined ? null : new Date(until).toISOString(),
    by: by ?? null,
    reason: reason ?? null,
  }
}

function policyItem(split: Split): SplitItem['policy'] {
  const { policy, backends } = split
  if (!policy) return null
  const tiers = policy.tiers.map(({ members, weights }) => {
    const entries = members.flatMap((index) => backends[index] ?? [])
    return {
      serves: entries.some((backend) => weightOf(split, backend) > 0),
      members: entries.map(({ service, port }, position) => ({
        service,
        port: port ?? null,
        weight: weights?.[position] ?? null,
      })),
    }
  })
  const { minReady, failbackMinReady, failbackAfterMs, failbackAtMostMs } = policy
  const { failoverAfterMs, failoverWhenDownMs, isManual } = policy
  const { count, ...share } = minReady
  return {
    tiers,
    minReady: count,
    ...(share.percent === undefined ? {} : { minReadyShare: share }),
    ...(failbackMinReady ? { failbackMinReady } : {}),
    failbackAfterMs,
    ...(failbackAtMostMs === undefined ? {} : { failbackAtMostMs }),
    ...(failoverAfterMs === undefined ? {} : { failoverAfterMs }),
    ...(failoverWhenDownMs === undefined ? {} : { failoverWhenDownMs }),
    ...(isManual ? { isManual } : {}),
  }
}

function waitItem({ backends }: Split, wait: SplitWait | undefined): SplitItem['waits'] {
  const backend = wait && backends[wait.backend]
  if (!backend) return null
  const { what, until, lostAt } = wait
  return {
    what,
    service: backend.service,
    port: backend.port ?? null,
    until: until?.toISOString() ?? null,
    ...(lostAt ? { lostAt: lostAt.toISOString() } : {}),
  }
}

function tierItem({ policy }: Split, backend: number): number | null {
  const tier = policy ? tierOf(policy, backend) : 0
  return policy && tier < policy.tiers.length ? tier : null
}
