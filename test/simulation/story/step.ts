import type { Loss, Refusal, Trap } from '../network/conditions.ts'

type Service = { readonly service: string }
type Route = { readonly route: string }
type Replica = { readonly replica: string }
/** A fault ends after so long, or when the world heals. */
type For = { readonly for: number }
type Weight = number | string
type Watches = { readonly replica?: string; readonly resource?: string }

/** What people and other controllers do to the world. */
export interface WorldSteps {
  /** Slices of a Service, each with ready and not ready endpoints; `unset`: ready ones do not say that they are. */
  slices: Service & { readonly slices: readonly (readonly [number, number])[]; readonly unset?: boolean }
  /** Endpoints of a mirrored Service; without `ready` they are deleted. */
  mirror: Service & { readonly ready?: number; readonly notReady: number }
  /** The slice that the cluster copies from a mirrored Service's Endpoints, whenever it comes. */
  echo: Service & { readonly ready: number }
  /** A Service whose endpoints only another cluster knows. */
  remote: Service & { readonly on: boolean }
  /** A route is applied as a whole. */
  route: Route & {
    readonly backends: readonly (readonly [string, Weight])[]
    readonly primary?: string
    readonly ours: boolean
  }
  weights: Route & { readonly weights: readonly Weight[] }
  annotate: Route & { readonly name: string; readonly value?: string }
  label: Route & { readonly ours: boolean }
  delete: Route
  /** The CRD of the routes is deleted, with all of them, or created. */
  crd: { readonly served: boolean }
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
  refuse: Omit<Refusal, 'left'> & { readonly times: number }
  lose: Omit<Loss, 'left'> & { readonly times: number }
  expire: object
  behind: Replica & { readonly lies: boolean } & For
  trap: Omit<Trap, 'left'> & { readonly nth: number }
  kill: Replica & { readonly downMs: number }
  restart: Replica
  freeze: Replica & For
  jump: Replica & { readonly ms: number }
}

export type StepOf<Steps, K extends keyof Steps> = { readonly do: K } & Steps[K]
export type WorldStep = { [K in keyof WorldSteps]: StepOf<WorldSteps, K> }[keyof WorldSteps]
export type FaultStep = { [K in keyof FaultSteps]: StepOf<FaultSteps, K> }[keyof FaultSteps]
export type Step = (WorldStep | FaultStep) & { readonly at: number }

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
  readonly steps: readonly Step[]
  readonly rests: readonly Rest[]
}

const worldKinds = {
  slices: true,
  mirror: true,
  echo: true,
  remote: true,
  route: true,
  weights: true,
  annotate: true,
  label: true,
  delete: true,
  crd: true,
  noise: true,
} satisfies Record<keyof WorldSteps, true>

export const isOfWorld = (step: WorldStep | FaultStep): step is WorldStep => step.do in worldKinds
