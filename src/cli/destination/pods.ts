import { err, ok, type Result } from '../../base/result.ts'
import type { PodPort } from '../../kube/http/port-forward.ts'
import { badAnswer, type Failure } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'
import { pods, portOf, readPod } from '../pod.ts'

/** Of the Pods of the destination controller, in every version of Linkerd (its chart, `destination.yaml`). */
const destinationLabel = 'linkerd.io/control-plane-component=destination'
const container = 'destination'
/** The port of its metrics; its name was `admin-http` once and is `dest-admin` now. */
const adminPort = 9996
const isAdminName = (name: string) => name.includes('admin')

/** The running Pods of Linkerd's destination controller, at least one, by name. */
export async function findDestinationPods(
  reading: Reading,
  namespace: string,
): Promise<Result<PodPort[], Failure>> {
  const listed = await listAs(reading, { resource: pods, namespace, labelSelector: destinationLabel }, read)
  if (!listed.ok) return listed
  if (listed.value.length > 0) return ok(listed.value.sort((a, b) => (a.pod < b.pod ? -1 : 1)))
  return err(
    badAnswer(
      `no Pod with the label ${destinationLabel} runs in namespace ${namespace}`,
      namespace === 'linkerd'
        ? 'if Linkerd is in another namespace, give it with --linkerd-namespace'
        : 'check in which namespace Linkerd is',
    ),
  )
}

function read(object: unknown): PodPort | undefined {
  const pod = readPod(object, container)
  return pod?.isRunning ? portOf(pod, isAdminName, adminPort) : undefined
}
