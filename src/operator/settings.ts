import { Command, CommanderError, Option } from 'commander'
import * as z from 'zod'
import {
  clusterDomainPattern,
  clusterNamePattern,
  controlledByLabel,
  namespacePattern,
  programName,
} from '../base/names.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { ClusterOptions } from '../kube/cluster/cluster.ts'
import { type ElectionSettings, electionOptions, readElection } from './election-flags.ts'
import { type GatewayProbeSettings, gatewayProbeOptions, readGatewayProbe } from './gateway-probe-flags.ts'
import { parseLogFilter } from './log-filter.ts'

/** All settings of the operator, checked. */
export interface Settings {
  readonly cluster: ClusterOptions
  readonly adminAddress: ListenAddress
  /** A pino level. */
  readonly logLevel: string
  readonly logFormat: 'plain' | 'json'
  readonly selector: string
  /** The linked clusters that may be read, and the namespace with their credentials. */
  readonly linked: { readonly clusters: readonly string[]; readonly namespace: string }
  /** Set if the operator writes the ServiceProfiles of TrafficSplits; the domain is the cluster's. */
  readonly serviceProfiles: { readonly clusterDomain: string } | undefined
  /** Set if the gateways of linked clusters are probed. */
  readonly gatewayProbe: GatewayProbeSettings | undefined
  /** The namespace whose policies and Drains are for all routes; `undefined`: none are followed. */
  readonly policies: string | undefined
  /** The file that says who is notified of transitions. */
  readonly notifications: string | undefined
  /** Set if several replicas elect the one that writes; its namespace is the Pod's own unless given. */
  readonly leaderElection: ElectionSettings | undefined
}

/** Where to listen; without a host on all addresses, of IPv6 too if there is IPv6. */
export interface ListenAddress {
  readonly host: string | undefined
  readonly port: number
}

/** What to print instead of running: help was asked for (0), or the flags are wrong (64, EX_USAGE). */
export interface EarlyExit {
  readonly exitCode: 0 | 64
  readonly text: string
}

const defaults = {
  logLevel: 'linkerd=info,warn',
  selector: controlledByLabel,
} as const

/** Reads flags and environment as the original did. All that is wrong is said at once. */
export function parseSettings(argv: readonly string[], env: NodeJS.ProcessEnv): Result<Settings, EarlyExit> {
  const command = describeFlags(env)
  const printed: string[] = []
  command.configureOutput({ writeOut: (text) => printed.push(text), writeErr: () => {} }).exitOverride()
  try {
    command.parse(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return err({ exitCode: 0, text: printed.join('') })
    return err(wrongFlags([error.message.replace(/^error: /, '')]))
  }
  const parsed = settings.safeParse(command.opts())
  const problems = parsed.success ? [] : parsed.error.issues.map(({ message }) => message)
  problems.push(...command.args.map(unknownWord))
  return parsed.success && problems.length === 0 ? ok(parsed.data) : err(wrongFlags(problems))
}

const unknownWord = (word: string) =>
  `${word.startsWith('-') ? 'unknown flag' : 'unexpected argument'} ${word}`

const wrongFlags = (problems: readonly string[]): EarlyExit => ({
  exitCode: 64,
  text: `${programName} cannot start:\n${problems.map((problem) => `  - ${problem}\n`).join('')}See --help.\n`,
})

function describeFlags(env: NodeJS.ProcessEnv): Command {
  const logLevel = new Option('--log-level <filter>', 'a level, or a filter such as linkerd=info,warn')
  const command = new Command(programName)
    .description('Moves traffic away from Linkerd services that cannot serve, and back when they can.')
    .addOption(logLevel.default(env.LINKERD_FAILOVER_LOG_LEVEL ?? defaults.logLevel))
    .addOption(new Option('--log-format <format>', 'plain or json').default('plain'))
    .option('--cluster <name>', 'the cluster of the kubeconfig to use')
    .option('--context <name>', 'the context of the kubeconfig to use')
    .option('--user <name>', 'the user of the kubeconfig to use')
    .option('--kubeconfig <file>', 'the kubeconfig file (default: KUBECONFIG, the Pod, ~/.kube/config)')
    .option('--as <user>', 'the user to impersonate')
    .option('--as-group <group>', 'a group to impersonate; may be repeated', collect, [])
    .option(
      '--admin-addr <host:port>',
      'where to serve /live, /ready, /metrics, API and dashboard; without a host on all addresses',
      defaultAdminAddr(env),
    )
    .option('--linked-clusters <names>', 'clusters linked with this one that may be read: east,west', '')
    .option(
      '--linkerd-namespace <name>',
      "the namespace of Linkerd's control plane, which has their credentials",
      'linkerd',
    )
  for (const option of [...electionOptions, ...gatewayProbeOptions]) command.addOption(option)
  return command
    .option(
      '--write-service-profiles',
      "write the weights of TrafficSplits into ServiceProfiles, as linkerd-smi's adaptor does, but at once",
      false,
    )
    .option(
      '--cluster-domain <name>',
      'the domain of the cluster, which ends the names of ServiceProfiles',
      'cluster.local',
    )
    .option(
      '--policies <namespace>',
      'follow FailoverPolicies and Drains; those of this namespace may be for all routes, any other is for its own',
    )
    .option('--notifications <file>', 'a file that lists who is notified of transitions, and how')
    .option('-l, --selector <selector>', 'label selector of the routes to control', defaults.selector)
    .allowUnknownOption()
    .allowExcessArguments()
}

/**
 * On all addresses for the kubelet, Prometheus and the Service of a Pod; elsewhere for this machine alone.
 */
const defaultAdminAddr = (env: NodeJS.ProcessEnv): string =>
  env.KUBERNETES_SERVICE_HOST ? ':8080' : '127.0.0.1:8080'

const collect = (group: string, groups: readonly string[]) => [...groups, group]

const optional = z.string().optional()

/** One requirement of a label selector: a key, an equality, or a set. */
const requirement =
  /^\s*(!?\s*[\w./-]+|[\w./-]+\s*(=|==|!=)\s*[\w.-]*|[\w./-]+\s+(in|notin)\s+\([\w.,\s-]*\))\s*$/

const settings = z
  .object({
    logLevel: z.string(),
    logFormat: z.string(),
    cluster: optional,
    context: optional,
    user: optional,
    kubeconfig: optional,
    as: optional,
    asGroup: z.array(z.string()),
    adminAddr: z.string(),
    leaderElect: z.boolean(),
    leaderElectResourceName: z.string(),
    leaderElectResourceNamespace: optional,
    hedgeAfter: z.string(),
    selector: z.string(),
    linkedClusters: z.string(),
    linkerdNamespace: z.string(),
    gatewayProbe: z.boolean(),
    gatewayProbePeriod: z.string(),
    gatewayProbeTimeout: z.string(),
    gatewayProbeFailures: z.string(),
    gatewayProbeSuccesses: z.string(),
    policies: optional,
    notifications: optional,
    writeServiceProfiles: z.boolean(),
    clusterDomain: z.string(),
  })
  .transform((flags, context): Settings => {
    const complain = (message: string) => context.addIssue({ code: 'custom', message })
    const level = parseLogFilter(flags.logLevel)
    if (!level.ok) complain(`--log-level ${level.error}`)
    const format = (['plain', 'json'] as const).find((name) => name === flags.logFormat)
    if (!format) complain(`--log-format "${flags.logFormat}" is not plain or json`)
    const address = parseAddress(flags.adminAddr)
    if (!address)
      complain(
        `--admin-addr "${flags.adminAddr}" is not HOST:PORT, for example :8080, 0.0.0.0:8080 or [::1]:8080`,
      )
    if (!flags.selector.split(/,(?![^(]*\))/).every((part) => requirement.test(part))) {
      complain(
        `--selector "${flags.selector}" is not a label selector, for example app=web,tier in (front,back)`,
      )
    }
    const leaderElection = readElection(flags, complain)
    const checkNamespace = (flag: string, name: string | undefined) => {
      if (name !== undefined && !namespacePattern.test(name))
        complain(`${flag} "${name}" is not the name of a namespace`)
    }
    const clusters = flags.linkedClusters.split(',').filter((cluster) => cluster !== '')
    for (const name of clusters.filter((cluster) => !clusterNamePattern.test(cluster)))
      complain(`--linked-clusters "${name}" is not the name of a cluster`)
    checkNamespace('--linkerd-namespace', flags.linkerdNamespace)
    checkNamespace('--policies', flags.policies)
    const { writeServiceProfiles, clusterDomain } = flags
    if (!clusterDomainPattern.test(clusterDomain))
      complain(`--cluster-domain "${clusterDomain}" is not a domain, for example cluster.local`)
    const gatewayProbe = readGatewayProbe(flags, complain)
    const { cluster, context: kubeContext, user, kubeconfig, as, asGroup: asGroups } = flags
    return {
      cluster: { cluster, context: kubeContext, user, kubeconfig, as, asGroups },
      adminAddress: address ?? { host: undefined, port: 0 },
      logLevel: level.ok ? level.value : '',
      logFormat: format ?? 'plain',
      selector: flags.selector,
      linked: { clusters, namespace: flags.linkerdNamespace },
      serviceProfiles: writeServiceProfiles ? { clusterDomain } : undefined,
      gatewayProbe,
      policies: flags.policies,
      notifications: flags.notifications,
      leaderElection,
    }
  })

/** `HOST:PORT`, with an IPv6 host in brackets, or no host; port 0 takes a free one. */
function parseAddress(text: string): ListenAddress | undefined {
  const [, host, port] = /^(\[[\da-fA-F:.]+\]|[^:\s]*):(\d{1,5})$/.exec(text) ?? []
  if (host === undefined || Number(port) > 65_535) return undefined
  return { host: host.replace(/^\[|\]$/g, '') || undefined, port: Number(port) }
}
