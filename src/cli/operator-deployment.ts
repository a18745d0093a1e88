import { z } from 'zod'
import { listPages } from '../kube/pages.ts'
import { type Resource, resourcePath } from '../kube/resource.ts'
import type { Transport } from '../kube/transport.ts'
import { ok, type Result } from '../result.ts'
import { type Failure, refused } from './failure.ts'

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
export async function findDeployments(
  transport: Transport,
): Promise<Result<readonly OperatorDeployment[], Failure>> {
  const found: OperatorDeployment[] = []
  const listed = await listPages(
    transport,
    resourcePath(deployments),
    { labelSelector: extensionLabel },
    new AbortController().signal,
    (object) => {
      const { data } = schema.safeParse(object)
      if (data) found.push(read(data))
    },
  )
  return listed.ok ? ok(found) : { ok: false, error: refused(listed.error) }
}

const read = ({ metadata, spec, status }: z.infer<typeof schema>): OperatorDeployment => ({
  namespace: metadata.namespace,
  name: metadata.name,
  version: metadata.labels[versionLabel],
  serviceAccount: spec.template.spec.serviceAccountName,
  replicas: spec.replicas,
  available: status.availableReplicas,
})
