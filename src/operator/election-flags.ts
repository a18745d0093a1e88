import { Option } from 'commander'
import { namespacePattern, programName } from '../base/names.ts'

/** How several replicas elect the one that writes. */
export interface ElectionSettings {
  /** Of the Lease. */
  readonly name: string
  /** Of the Lease; `undefined` for that of the Pod. */
  readonly namespace: string | undefined
  readonly hedgeAfterMs: number
}

/** As commander hands them over. */
export interface ElectionFlags {
  readonly leaderElect: boolean
  readonly leaderElectResourceName: string
  readonly leaderElectResourceNamespace?: string | undefined
  readonly hedgeAfter: string
}

/** The first three have the names of Kubernetes' own components. */
export const electionOptions: readonly Option[] = [
  new Option('--leader-elect', 'elect one of several replicas by a Lease; only that one writes').default(
    false,
  ),
  new Option(
    '--leader-elect-resource-name <name>',
    'the name of that Lease; operators with different selectors in one namespace need one each',
  ).default(programName),
  new Option(
    '--leader-elect-resource-namespace <name>',
    'the namespace of that Lease (default: that of the Pod)',
  ),
  new Option(
    '--hedge-after <ms>',
    'time after which a standby makes a move that is needed and that the leader has not made; 0 for never',
  ).default('500'),
]

/** A DNS subdomain (RFC 1123), as the API server asks of a Lease. */
const leaseName = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** Reads the flags; `undefined`: no election. Each thing that is wrong is given to `complain`. */
export function readElection(
  {
    leaderElect,
    leaderElectResourceName: name,
    leaderElectResourceNamespace: namespace,
    hedgeAfter,
  }: ElectionFlags,
  complain: (problem: string) => void,
): ElectionSettings | undefined {
  if (!leaseName.test(name)) complain(`--leader-elect-resource-name "${name}" is not the name of a Lease`)
  if (namespace !== undefined && !namespacePattern.test(namespace))
    complain(`--leader-elect-resource-namespace "${namespace}" is not the name of a namespace`)
  const hedgeAfterMs = readHedgeAfter(hedgeAfter, complain)
  return leaderElect ? { name, namespace, hedgeAfterMs } : undefined
}

/** Less than the shortest time that is allowed would not let a leader act first. */
function readHedgeAfter(text: string, complain: (problem: string) => void): number {
  const ms = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (ms === 0 || (ms >= 100 && ms <= 60_000)) return ms
  complain(`--hedge-after "${text}" is not 0, or a whole number from 100 to 60000`)
  return 0
}
