import type { ClusterConfig } from '../cluster/cluster.ts'
import type { KubeError } from '../errors.ts'
import { TooLarge } from './too-large.ts'

/** Nothing was sent. */
export const unreachable = (cluster: ClusterConfig, problem: unknown): KubeError => ({
  kind: 'unreachable',
  message: `cannot reach the API server at ${cluster.server} (from ${cluster.source}): ${textOf(problem)}`,
})

/** What was sent may have been applied, or not. */
export function cut(what: string, problem: unknown): KubeError {
  if (problem instanceof TooLarge)
    return { kind: 'protocol', message: `${what}: ${problem.message}`, isTooLarge: true }
  return { kind: 'timeout', message: `${what}: the connection broke: ${textOf(problem)}` }
}

/** What a problem says, as far as it says anything. */
export function textOf(problem: unknown): string {
  if (problem instanceof AggregateError && problem.message === '')
    return problem.errors.map(textOf).join('; ')
  return problem instanceof Error ? problem.message : String(problem)
}
