import type { SplitPlan } from '../core/plan.ts'
import type { Split } from '../core/types.ts'

/** Annotation that names the primary Service; without it the first backend is the primary. */
export const primaryAnnotation = 'failover.linkerd.io/primary-service'
/** Annotation that makes the operator hold while it is `"true"`. */
export const pausedAnnotation = 'failover.linkerd.io/paused'

/** What the operator keeps of a route object: its identity and its splits, nothing else. */
export interface Route {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly labels: Readonly<Record<string, string>>
  readonly splits: readonly Split[]
  /** The weights as the object's JSON has them, by split and backend; what a patch must `test`. */
  readonly written: readonly (readonly unknown[])[]
}

/** One step of a JSON Patch (RFC 6902); `test` steps make the server refuse what was not seen. */
export interface PatchOperation {
  readonly op: 'test' | 'add' | 'replace'
  readonly path: string
  readonly value: unknown
}

/** What one kind of route must tell: how its objects are read, and how their weights are moved. */
export interface RouteCodec {
  readonly kind: string
  readonly group: string
  readonly plural: string
  /** Versions that this codec reads, the best first. */
  readonly versions: readonly string[]
  /** Total: an object that makes no sense becomes a route whose split states the problem. */
  read(object: unknown): Route
  /** The plans of all splits (by position) as one atomic patch; empty where nothing changes. */
  patch(route: Route, plans: readonly SplitPlan[]): PatchOperation[]
}
