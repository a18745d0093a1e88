import { z } from 'zod'
import type { Resource } from '../kube/resource.ts'
import type { Result } from '../result.ts'
import type { Failure } from './failure.ts'
import { listAs, type Reading } from './listing.ts'

/** The label that all objects of this extension carry, the Namespace too. */
export const extensionLabel = 'linkerd.io/extension=failover'

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
    template: z.object({ spec: z.object({ serviceAccountName: z.string().catch('default') }) }),
  }),
  status: z.object({ availableReplicas: z.number().catch(0) }).catch({ availableReplicas: 0 }),
})

/** The operator's Deployment, as far as the command line looks at it. */
export interface OperatorDeployment {
  readonly namespace: string
  readonly name: string
  /** Of the operator; absent where an older chart did not label it. */
  readonly version: string | undefined
  readonly serviceAccount: string
  readonly replicas: number
  readonly available: number
}

/** All Deployments of the extension; more than one where somebody installed it twice. */
export const findDeployments = (reading: Reading): Promise<Result<OperatorDeployment[], Failure>> =>
  listAs(reading, { resource: deployments, labelSelector: extensionLabel }, (object) => {
    const { data } = schema.safeParse(object)
    return data && read(data)
  })

const read = ({ metadata, spec, status }: z.infer<typeof schema>): OperatorDeployment => ({
  namespace: metadata.namespace,
  name: metadata.name,
  version: metadata.labels[versionLabel],
  serviceAccount: spec.template.spec.serviceAccountName,
  replicas: spec.replicas,
  available: status.availableReplicas,
})
