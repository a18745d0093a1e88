import type { RouteFacts } from '../../api/schema.ts'
import type { LinkerdView } from '../destination/report.ts'
import type { RouteDrain } from '../drains/concerning.ts'
import type { Counterfactual } from './counterfactuals.ts'
import type { Diagnosis } from './findings.ts'
import type { GatewayItem } from './gateways.ts'

/** All that `explain` has to say about a route; `-o json` shows it so. */
export interface Explanation extends Diagnosis {
  readonly route: RouteFacts
  /** Whether the selector selects it; the operator leaves other routes alone. */
  readonly controlled: boolean
  /** The Drains that take out some of its backends. */
  readonly drains: readonly RouteDrain[]
  /** The FailoverPolicies (`namespace/name`) of the route that are a DryRun: `dryRun` of its splits is by them. */
  readonly dryRuns: readonly string[]
  /** What is true of every route of its kind, and easily overlooked. */
  readonly notes: readonly string[]
  /** What Linkerd gives to proxies, with `--proxies`; null without it. */
  readonly proxies: LinkerdView | null
  /** The gateways of its clusters, as the operator probes them; null if the operator could not be asked. */
  readonly gateways: readonly GatewayItem[] | null
  /** In the order of the splits of `route`. */
  readonly splits: readonly SplitExplanation[]
}

export interface SplitExplanation {
  /** The weights as decided, in the order of the backends. */
  readonly decided: readonly number[]
  /** How it would be served if no FailoverPolicy were a DryRun; null if none that is one concerns it. */
  readonly dryRun: string | null
  readonly changes: readonly Counterfactual[]
}
