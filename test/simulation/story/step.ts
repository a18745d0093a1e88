import type { JsonObject } from '../../../sandbox/json.ts'
import type { Loss, Rejection, Trap } from '../network/conditions.ts'

/** `web` of the routes' own namespace, or `depot/web` of another one. */
type Service = { readonly service: string }
/** A route's resource and name: `httproutes/web`. */
type Route = { readonly route: string }
/** One rule of a route, by its place; a TrafficSplit has one. */
type Rule = Route & { readonly rule: number }
type Replica = { readonly replica: string }
/** A fault ends after so long, or when the world heals. */
type For = { readonly for: number }
type Weight = number | string
/** How many endpoints are ready and how many are not, and the names of their ports; without them all that there are. */
export type Slice = readonly [ready: number, notReady: number, ports?: readonly string[]]

/** What says which backend it is; other groups and kinds than those of a Service only where the kind of route has them. */
export type Named = Service & { readonly port?: number; readonly group?: string; readonly kind?: string }
/** A backend of a rule; one without a weight has what its kind of route takes for that. */
export type Entry = Named & { readonly weight?: Weight }
/** What a Drain takes out: a cluster, or a Service; in one that makes no sense both or neither. */
export type DrainTarget = { readonly cluster?: string; readonly service?: string }
/** `shop/one`: with its namespace. */
type Drain = { readonly drain: string }
/** `shop/one`: with its namespace. */
type Policy = { readonly policy: string }
type Watches = { readonly replica?: string; readonly resource?: string }

/** What people and other controllers do to the world. */
export interface WorldSteps {
  /** Slices of a Service; `unset`: ready endpoints do not say that they are. */
  /** `going`: in the first slice there are so many more whose Pods terminate, and which are said to be ready. */
  slices: Service & { readonly slices: readonly Slice[]; readonly unset?: boolean; readonly going?: number }
  /** Endpoints of a mirrored Service; without `ready` they are deleted. */
  mirror: Service & { readonly ready?: number; readonly notReady: number }
  /** The slice that the cluster copies from a mirrored Service's Endpoints, whenever it comes. */
  echo: Service & { readonly ready: number }
  /** A Service whose endpoints only another cluster knows. */
  remote: Service & { readonly on: boolean }
  /** A Service is deleted; its slices and Endpoints stay, until somebody writes them, and the Service with them. */
  withdraw: Service
  /** A route is applied as a whole. */
  route: Route & {
    readonly rules: readonly (readonly Entry[])[]
    readonly primary?: string
    readonly ours: boolean
  }
  /** New weights; null takes one out. */
  weights: Rule & { readonly weights: readonly (Weight | null)[] }
  /** A backend of a rule is exchanged for another one, which takes its weight over, and its port where it has none. */
  exchange: Rule & { readonly place: number } & Named
  /** The last backend of a rule becomes the first. */
  rotate: Rule
  /** A rule is put in at this place. */
  insert: Rule & { readonly backends: readonly Entry[] }
  remove: Rule
  /** A rule changes its place. */
  move: Rule & { readonly to: number }
  /** Linkerd says in the status whether it follows the route: another writer of the same object. */
  accept: Route & { readonly accepted: boolean }
  annotate: Route & { readonly name: string; readonly value?: string }
  label: Route & { readonly ours: boolean }
  delete: Route
  /** The CRD of a kind of routes is deleted, with all of them, or created. */
  crd: { readonly resource: string; readonly served: boolean }
  /**
   * The ServiceProfile of a Service is deleted, or has routes only; or the adaptor writes it by a TrafficSplit as
   * it was long ago: all to the first backend.
   */
  profile: { readonly apex: string; readonly as: 'gone' | 'routes' | 'stale' }
  /** A Drain is applied as a whole; it ends `ms` from now on, without it never, which makes no sense. */
  drain: Drain & {
    readonly from: readonly DrainTarget[]
    readonly ms?: number
    readonly lastResort?: 'Allow' | 'Never'
  }
  /** A Drain is deleted. */
  undrain: Drain
  /** The CRD of Drains is deleted, with all of them, or created. */
  drains: { readonly served: boolean }
  /** A FailoverPolicy is applied as a whole. */
  policy: Policy & { readonly spec: JsonObject }
  /** A FailoverPolicy is deleted. */
  unpolicy: Policy
  /** The CRD of FailoverPolicies is deleted, with all of them, or created. */
  policies: { readonly served: boolean }
  /** Objects change that are nobody's business here. */
  noise: { readonly count: number }
}

/** What goes wrong with the network and the server, and what becomes of the replicas. Times are virtual ms. */
export interface FaultSteps {
  slow: Replica & { readonly ms: number } & For
  lag: Replica & { readonly resource: string; readonly ms: number } & For
  cut: Watches
  silence: Watches
  away: For
  partition: Replica & For
  refuse: Omit<Rejection, 'left'> & { readonly times: number }
  lose: Omit<Loss, 'left'> & { readonly times: number }
  expire: object
  /** A copy is taken of all that the server has. */
  backup: object
  /** The server goes away, and comes back as it was when the last copy was taken. */
  restore: For
  /** The server shows the state of now; with `after`, once another one has told of more for so long. */
  behind: Replica & { readonly lies: boolean; readonly after?: number } & For
  trap: Omit<Trap, 'left'> & { readonly nth: number }
  kill: Replica & { readonly downMs: number }
  restart: Replica
  freeze: Replica & For
  jump: Replica & { readonly ms: number }
}

/** How a Service of the other cluster is exported, by its labels; `nothing`: it is not. */
export type Export = 'gateway' | 'headless' | 'discovery' | 'federated' | 'nothing'

/** What happens in the cluster that this one is linked with, and to the Link. Times are virtual ms. */
export interface FarSteps {
  /** Slices of a Service there. */
  pods: Service & { readonly slices: readonly Slice[] }
  /** The labels of a Service there; it is made if it is not there. */
  export: Service & { readonly as: Export }
  /** The metadata of a Service there is edited: for up to a minute its mirror is ready, whatever its Pods are. */
  retitle: Service
  /** A Service there is deleted, with its slices. */
  drop: Service
  /** Its gateway dies in one way or another, or lives again. */
  gateway: { readonly is: GatewayState }
  /** Without the Link the service mirror leaves everything as it is. */
  link: { readonly on: boolean }
  /**
   * The Secret with the credentials: `good` is what that cluster takes now, `strange` names a server that is
   * not there, `broken` is not a kubeconfig.
   */
  secret: { readonly is: SecretState }
  /** That cluster takes another token, and has another address if it `moves`; the Secret follows. */
  token: { readonly moves: boolean; readonly secretAfter: number }
  /** The service mirror dies, and leads again once its Lease has run out. */
  mirrorless: For
  /** A fault of the network to that cluster, or of its server. */
  far: { readonly fault: FaultStep }
}
/** What comes back from a gateway. */
export type GatewayState = 'alive' | 'refuses' | 'hangs'
export type SecretState = 'good' | 'absent' | 'strange' | 'broken'

export type StepOf<Steps, K extends keyof Steps> = { readonly do: K } & Steps[K]
export type WorldStep = { [K in keyof WorldSteps]: StepOf<WorldSteps, K> }[keyof WorldSteps]
export type FaultStep = { [K in keyof FaultSteps]: StepOf<FaultSteps, K> }[keyof FaultSteps]
export type FarStep = { [K in keyof FarSteps]: StepOf<FarSteps, K> }[keyof FarSteps]
export type Step = (WorldStep | FaultStep | FarStep) & { readonly at: number }

/** What to do at each kind of step. */
export type Acts<Steps> = { readonly [K in keyof Steps]: (step: StepOf<Steps, K>) => void }

export function act<Steps, K extends keyof Steps>(acts: Acts<Steps>, step: StepOf<Steps, K>): void {
  acts[step.do](step)
}

/** From `heal` on nothing is done to the world; by `settled` all must be right, and stay so until `until`. */
export interface Rest {
  readonly heal: number
  readonly settled: number
  readonly until: number
}

/** All that will happen, known before it begins. With its seed it is everything that a run depends on. */
export interface Story {
  readonly seed: string
  readonly replicas: readonly string[]
  /** There is another cluster, which this one is linked with. */
  readonly isLinked: boolean
  /** The operator writes ServiceProfiles. */
  readonly copies: boolean
  /** The operator follows Drains. */
  readonly drains: boolean
  /** The operator follows FailoverPolicies. */
  readonly policies: boolean
  /** The operator probes the gateway of that cluster. */
  readonly probes: boolean
  readonly steps: readonly Step[]
  readonly rests: readonly Rest[]
  /** When waits are judged in which nothing else happens (virtual ms). */
  readonly judged: readonly number[]
  readonly expected: readonly Expectation[]
}

/** The weights that routes must have at a time (virtual ms), by what alone is told from another time on. */
export interface Expectation {
  /** Each has one rule. */
  readonly keys: readonly string[]
  /** Of that rule. */
  readonly weights: readonly number[]
  /** So many of the routes must have them; all without it. */
  readonly least?: number
  readonly from: number
  readonly at: number
  /** What is broken if they have others. */
  readonly rule: 'early' | 'late' | 'unapproved' | 'over the limit'
  /** It holds for a leader as well that has begun to run since `from`. */
  readonly outlives?: true
}

const worldKinds = {
  slices: true,
  mirror: true,
  echo: true,
  remote: true,
  withdraw: true,
  route: true,
  weights: true,
  exchange: true,
  rotate: true,
  insert: true,
  remove: true,
  move: true,
  accept: true,
  annotate: true,
  label: true,
  delete: true,
  crd: true,
  profile: true,
  drain: true,
  undrain: true,
  drains: true,
  policy: true,
  unpolicy: true,
  policies: true,
  noise: true,
} satisfies Record<keyof WorldSteps, true>

const farKinds = {
  pods: true,
  export: true,
  retitle: true,
  drop: true,
  gateway: true,
  link: true,
  secret: true,
  token: true,
  mirrorless: true,
  far: true,
} satisfies Record<keyof FarSteps, true>

export const isOfWorld = (step: WorldStep | FaultStep | FarStep): step is WorldStep => step.do in worldKinds
export const isOfFar = (step: FaultStep | FarStep): step is FarStep => step.do in farKinds
