import * as z from 'zod'
import type { Result } from '../base/result.ts'
import { name as container, selectorLabels } from '../install/manifest.ts'
import type { Resource } from '../kube/resource.ts'
import type { Failure } from './failure.ts'
import { listAs, type Reading } from './listing.ts'

/** The label that all objects of this extension carry, the Namespace too, as a selector. */
export const extensionSelector = Object.entries(selectorLabels)
  .map((pair) => pair.join('='))
  .join(',')

const deployments: Resource = { group: 'apps', version: 'v1', plural: 'deployments' }
const versionLabel = 'app.kubernetes.io/version'

const schema = z.object({
  metadata: z.object({
    namespace: z.string(),
    name: z.string(),
    labels: z.record(z.string(), z.string()).catch({}),
  }),
  spec: z.object({
    replicas: z.number().catch(1),
    template: z.object({
      spec: z.object({
        serviceAccountName: z.string().catch('default'),
        containers: z.array(z.object({ name: z.string(), args: z.array(z.string()).catch([]) })).catch([]),
      }),
    }),
  }),
  status: z.object({ availableReplicas: z.number().catch(0) }).catch({ availableReplicas: 0 }),
})

/** The operator's Deployment, as far as the command line looks at it. */
export interface OperatorDeployment {
  readonly namespace: string
  readonly name: string
  /** Of the operator; absent if an older chart did not label it. */
  readonly version: string | undefined
  readonly serviceAccount: string
  readonly replicas: number
  readonly available: number
  /** The value of its flag `--selector`, where it has one. */
  readonly selector: string | undefined
  readonly electsLeader: boolean
  /** Of its election. */
  readonly leaseName: string
  /** The namespace whose Drains are for all routes; `undefined` if it follows no Drains. */
  readonly policies: string | undefined
  /** It writes ServiceProfiles itself. */
  readonly writesProfiles: boolean
}

/** All Deployments of the extension; more than one if it was installed more than once. */
export const findDeployments = (reading: Reading): Promise<Result<OperatorDeployment[], Failure>> =>
  listAs(reading, { resource: deployments, labelSelector: extensionSelector }, (object) => {
    const { data } = schema.safeParse(object)
    return data && read(data)
  })

function read({ metadata, spec, status }: z.infer<typeof schema>): OperatorDeployment {
  const { containers, serviceAccountName } = spec.template.spec
  // The proxy that Linkerd injects has flags of its own.
  const args = containers.find(({ name }) => name === container)?.args ?? []
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    version: metadata.labels[versionLabel],
    serviceAccount: serviceAccountName,
    replicas: spec.replicas,
    available: status.availableReplicas,
    selector: flagValue(args, '--selector') ?? flagValue(args, '-l'),
    electsLeader: args.includes('--leader-elect'),
    leaseName: flagValue(args, '--leader-elect-resource-name') ?? container,
    policies: flagValue(args, '--policies'),
    writesProfiles: args.includes('--write-service-profiles'),
  }
}

/** The value of a flag, behind `=` or as the next word. */
function flagValue(args: readonly string[], flag: string): string | undefined {
  const joined = args.find((arg) => arg.startsWith(`${flag}=`))
  if (joined !== undefined) return joined.slice(flag.length + 1)
  const index = args.indexOf(flag)
  return index < 0 ? undefined : args[index + 1]
}
