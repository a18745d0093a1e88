import { err, ok, type Result } from '../../base/result.ts'
import { name as operatorName } from '../../install/manifest.ts'
import { adminPort } from '../../install/objects/container.ts'
import type { PodPort } from '../../kube/http/port-forward.ts'
import { holderOf, readLease } from '../../kube/lease/lease-record.ts'
import { type Resource, resourcePath } from '../../kube/resource.ts'
import { badAnswer, type Failure, withFlag } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'
import { extensionSelector } from '../operator-deployment.ts'
import { pods, portOf, readPod } from '../pod.ts'

const leases: Resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' }

interface OperatorPod extends PodPort {
  readonly isRunning: boolean
  readonly isReady: boolean
}

/** The Pod whose dashboard is shown. `doubt`: why it may not be the leader. */
export interface Choice {
  readonly pod: PodPort
  readonly doubt?: string
}

/**
 * Chooses the operator's leader Pod. If there is no leader, or it is unknown, chooses a ready Pod, else a
 * running one: a Pod that is not ready serves the dashboard too, and then people need it most.
 */
export async function choosePod(
  reading: Reading,
  namespace: string | undefined,
): Promise<Result<Choice, Failure>> {
  const found = await findPods(reading, namespace)
  if (!found.ok) return found
  const { place, running } = found.value
  const leader = await readLeader(reading, place)
  const leading = running.find(({ pod }) => leader.ok && leader.value === hostnameOf(pod))
  const chosen = leading ?? running.find(({ isReady }) => isReady) ?? running[0]
  if (!chosen) {
    const see = `see kubectl -n ${place} get pods -l ${extensionSelector}`
    return err(badAnswer(`no Pod of the operator is running in namespace ${place}`, see))
  }
  const { pod, port } = chosen
  const doubt = leader.ok || running.length === 1 ? {} : { doubt: leader.error }
  return ok({ pod: { namespace: place, pod, port }, ...doubt })
}

async function findPods(reading: Reading, namespace: string | undefined) {
  const listing = { resource: pods, namespace, labelSelector: extensionSelector }
  const listed = await listAs(reading, listing, read)
  if (!listed.ok) return listed
  const places = [...new Set(listed.value.map((pod) => pod.namespace))].sort()
  const [place] = places
  if (place === undefined) {
    const where = namespace === undefined ? 'any namespace' : `namespace ${namespace}`
    return err(
      badAnswer(
        `no Pod in ${where} has the label ${extensionSelector} of the operator`,
        'install it with linkerd-failover install | kubectl apply -f -',
        withFlag('namespace', 'choose its namespace with --namespace'),
      ),
    )
  }
  if (places.length > 1) {
    const message = `the operator is installed in several namespaces: ${places.join(', ')}`
    return err(badAnswer(message, 'keep one of them', withFlag('namespace', 'choose one with --namespace')))
  }
  const running = listed.value.filter(({ isRunning }) => isRunning)
  return ok({ place, running: running.sort((a, b) => (a.pod < b.pod ? -1 : 1)) })
}

/** The Pod of a hook carries the label too; only the operator's own container counts. */
function read(object: unknown): OperatorPod | undefined {
  const pod = readPod(object, operatorName)
  if (!pod?.ports) return undefined
  const { isRunning, isReady } = pod
  const port = portOf(pod, (name) => name === adminPort.name, adminPort.containerPort)
  return { ...port, isRunning, isReady }
}

/** The host name of the leader: the holder of the Lease without its random suffix; '' if there is none. */
async function readLeader(
  { transport, signal }: Reading,
  namespace: string,
): Promise<Result<string, string>> {
  const path = resourcePath(leases, namespace, operatorName)
  const answer = await transport.request({ method: 'GET', path, signal })
  if (!answer.ok) return answer.error.kind === 'notFound' ? ok('') : err(answer.error.message)
  const lease = readLease(answer.value)
  return ok(lease ? holderOf(lease).replace(/_[^_]*$/, '') : '')
}

/** The host name of a Pod: Kubernetes shortens the Pod's name to the length of a host name. */
const hostnameOf = (pod: string): string => pod.slice(0, 63).replace(/[-.]+$/, '')
