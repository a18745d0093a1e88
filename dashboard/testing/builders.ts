import type { BackendItem, DrainItem, EntryItem, RouteItem, SplitItem, Status } from '../live/api.ts'
import type { TimelineEntry } from '../model/timeline-entry.ts'

/** Values of the API for tests; a test states only what matters to it. */

interface BackendWords {
  readonly weight?: number | null
  readonly ready?: number | null
  readonly total?: number
  readonly cluster?: string
  readonly primary?: boolean
  readonly why?: string
  readonly members?: BackendItem['members']
}

export function backend(service: string, words: BackendWords = {}): BackendItem {
  const { weight = 0, ready = 1, total = ready ?? 0, cluster = null, primary = false } = words
  const { members = [], why = `${service} has ${ready} of ${total} endpoints ready` } = words
  return {
    service,
    port: null,
    weight,
    active: (weight ?? 0) > 0,
    primary,
    tier: null,
    drained: null,
    cluster,
    readiness:
      ready === null
        ? { state: 'unknown', ready: null, total: null, why }
        : { state: ready > 0 ? 'ready' : 'down', ready, total, why },
    members,
  }
}

const rules: Readonly<Record<RouteItem['state'], SplitItem['rule']>> = {
  primary: 'PrimaryReady',
  failover: 'SecondariesReady',
  dark: 'NothingReady',
  hold: 'Unknown',
  misconfigured: 'Misconfigured',
  drained: 'TierServes',
  paused: 'Paused',
}

const decisionOf = (state: RouteItem['state']) =>
  state === 'drained' ? 'failover' : state === 'primary' || state === 'failover' ? state : ('hold' as const)

interface RouteWords extends Partial<RouteItem> {
  /** The cluster of the primary. */
  readonly cluster?: string
}

/** Something that was found around a route. */
export const finding: RouteItem['findings'][number] = {
  reason: 'NotAccepted',
  message: 'Linkerd has not accepted it',
}

/** A route named `namespace/name` in a state, with a primary and one secondary that match the state. */
export function route(
  title: string,
  state: RouteItem['state'] = 'primary',
  words: RouteWords = {},
): RouteItem {
  const [namespace = '', name = ''] = title.split('/')
  const { cluster, ...overrides } = words
  const isAway = state === 'failover'
  const primary = {
    primary: true,
    weight: isAway ? 0 : 1,
    ready: isAway ? 0 : 1,
    ...(cluster ? { cluster } : {}),
  }
  return {
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    namespace,
    name,
    state,
    due: false,
    sentence: `${title} stands so`,
    since: null,
    revision: 1,
    apexes: [title],
    pause: null,
    sinceBefore: null,
    firstSeen: new Date(0).toISOString(),
    findings: [],
    refusal: null,
    splits: [
      {
        where: null,
        primary: title,
        decision: decisionOf(state),
        rule: rules[state],
        state,
        due: false,
        sentence: `${title} stands so`,
        policy: null,
        waits: null,
        backends: [backend(title, primary), backend(`${title}-b`, { weight: isAway ? 1 : 0 })],
      },
    ],
    ...overrides,
  }
}

/** What happened to `TrafficSplit/shop/NAME` at a time in milliseconds. */
export function entry(name: string, at: number, words: Partial<TimelineEntry> = {}): TimelineEntry {
  return {
    id: `e-${at}-${name}`,
    revision: at,
    at,
    what: 'failover',
    key: `TrafficSplit/shop/${name}`,
    state: words.what === 'failback' ? 'primary' : 'failover',
    sentence: `shop/${name} did so`,
    cluster: null,
    reactionMs: 5,
    fromEvents: false,
    ...words,
  }
}

/** The same in the form of the API. */
export function entryItem(name: string, at: number, revision = at): EntryItem {
  return {
    id: `e-${revision}`,
    revision,
    at: new Date(at).toISOString(),
    what: 'failover',
    route: { apiVersion: 'split.smi-spec.io/v1alpha2', kind: 'TrafficSplit', namespace: 'shop', name },
    rule: 'SecondariesReady',
    state: 'failover',
    sentence: `shop/${name} did so`,
    splits: [],
    cluster: null,
    reactionMs: 5,
    fromEvents: false,
  }
}

export function status(words: Partial<Status> = {}): Status {
  return {
    version: '1.0.0',
    instance: 'pod-a',
    role: 'leader',
    leader: 'pod-a',
    time: new Date(0).toISOString(),
    startedAt: new Date(0).toISOString(),
    ready: true,
    revision: 0,
    watches: [],
    gateways: [],
    drains: [],
    routes: { dark: 0, misconfigured: 0, hold: 0, failover: 0, drained: 0, paused: 0, primary: 0 },
    withFindings: 0,
    reactions: [],
    ...words,
  }
}

/** A Drain of cluster east named `namespace/name`, in effect for an hour from 1970 on. */
export function drain(title: string, words: Partial<DrainItem> = {}): DrainItem {
  const [namespace = '', name = ''] = title.split('/')
  return {
    namespace,
    name,
    scope: 'all',
    from: [{ cluster: 'east', service: null }],
    reason: 'CHG-1234',
    lastResort: 'Allow',
    since: new Date(0).toISOString(),
    until: new Date(3_600_000).toISOString(),
    endedAt: null,
    routes: { moved: 0, left: 0 },
    ...words,
  }
}
