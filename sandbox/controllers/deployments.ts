import { createHash } from 'node:crypto'
import { asList, asNumber, asObject, asText, asTexts, dig, type JsonObject } from '../json.ts'
import type { KubeObject } from '../object.ts'
import { timestamp, type World } from '../world.ts'
import { create } from '../writes.ts'
import { builtin, discard, find, listOf, replace } from './objects.ts'
import { deploymentOf } from './owners.ts'

const hashLabel = 'pod-template-hash'

const hashOf = (deployment: KubeObject) =>
  createHash('sha256')
    .update(JSON.stringify(dig(deployment, 'spec', 'template') ?? {}))
    .digest('hex')
    .slice(0, 10)

let lastPodIp = 0

function podIp(): string {
  lastPodIp += 1
  return `10.42.${(lastPodIp >> 8) & 255}.${lastPodIp & 255}`
}

export const isReady = (pod: KubeObject) =>
  asList(dig(pod, 'status', 'conditions')).some(
    (condition) => dig(condition, 'type') === 'Ready' && dig(condition, 'status') === 'True',
  )

function newPod(deployment: KubeObject, hash: string): KubeObject {
  const { name, namespace = '', uid } = deployment.metadata
  const template = asObject(dig(deployment, 'spec', 'template'))
  const owner: JsonObject = { apiVersion: 'apps/v1', kind: 'Deployment', name, uid, controller: true }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: `${name}-${hash}-`,
      namespace,
      labels: { ...asTexts(dig(template, 'metadata', 'labels')), [hashLabel]: hash },
      annotations: asTexts(dig(template, 'metadata', 'annotations')),
      ownerReferences: [owner],
    },
    spec: { ...asObject(template.spec), nodeName: 'sandbox' },
  }
}

function runningStatus(pod: KubeObject, now: string): JsonObject {
  const ip = podIp()
  const condition = (type: string): JsonObject => ({ type, status: 'True', lastTransitionTime: now })
  const containers = asList(dig(pod, 'spec', 'containers')).map((container) => ({
    name: asText(dig(container, 'name')),
    image: asText(dig(container, 'image')),
    imageID: '',
    ready: true,
    started: true,
    restartCount: 0,
    state: { running: { startedAt: now } },
  }))
  return {
    phase: 'Running',
    conditions: ['Initialized', 'PodScheduled', 'ContainersReady', 'Ready'].map(condition),
    podIP: ip,
    podIPs: [{ ip }],
    hostIP: '127.0.0.1',
    startTime: now,
    containerStatuses: containers,
  }
}

/**
 * What the kubelet does: the Pod runs, and is ready. Only once; who makes it unready later is not overruled.
 */
function start(world: World, namespace: string, name: string): void {
  const pod = find(world, 'pods', namespace, name)
  if (!pod) return
  const status = runningStatus(pod, timestamp(world.clock.wallTime()))
  replace(world, 'pods', pod, { ...pod, status }, { subresource: 'status' })
}

function statusOf(deployment: KubeObject, pods: KubeObject[], hash: string, now: string): JsonObject {
  const wanted = asNumber(dig(deployment, 'spec', 'replicas'))
  const ready = pods.filter(isReady).length
  const status = ready >= wanted ? 'True' : 'False'
  const old = asList(dig(deployment, 'status', 'conditions'))[0]
  const since = dig(old, 'status') === status ? dig(old, 'lastTransitionTime') : now
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: pods.length,
    updatedReplicas: pods.filter((pod) => pod.metadata.labels?.[hashLabel] === hash).length,
    readyReplicas: ready,
    availableReplicas: ready,
    unavailableReplicas: Math.max(0, wanted - ready),
    conditions: [
      {
        type: 'Available',
        status,
        reason: status === 'True' ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
        lastTransitionTime: since,
        lastUpdateTime: since,
      },
    ],
  }
}

/** How many Pods a rollout may take out at once: a number or a percentage, 25 % by default, rounded down. */
function mostUnavailable(deployment: KubeObject, replicas: number): number {
  const asked = dig(deployment, 'spec', 'strategy', 'rollingUpdate', 'maxUnavailable') ?? '25%'
  return typeof asked === 'number' ? asked : Math.floor((replicas * Number.parseInt(asText(asked), 10)) / 100)
}

/** Makes the Pods of a Deployment as many as it wants, of the template that it has now, and reports them. */
export function reconcileDeployment(
  world: World,
  namespace: string,
  name: string,
  later: (run: () => void) => void,
): void {
  const deployment = find(world, 'deployments.apps', namespace, name)
  const owned = listOf(world, 'pods', namespace).filter((pod) => deploymentOf(pod) === name)
  if (!deployment) {
    for (const pod of owned) discard(world, 'pods', pod)
    return
  }
  const hash = hashOf(deployment)
  const replicas = asNumber(dig(deployment, 'spec', 'replicas'))
  const current = owned.filter((pod) => pod.metadata.labels?.[hashLabel] === hash)
  const kept = current.slice(0, replicas)
  // As many old Pods stay as are needed until the new ones are ready, so that a rollout darkens no Service.
  const needed = replicas - mostUnavailable(deployment, replicas) - kept.filter(isReady).length
  kept.push(...owned.filter((pod) => !current.includes(pod) && isReady(pod)).slice(0, Math.max(0, needed)))
  for (const pod of owned) if (!kept.includes(pod)) discard(world, 'pods', pod)
  for (let missing = replicas - Math.min(current.length, replicas); missing > 0; missing -= 1) {
    const pod = create(world, builtin(world, 'pods'), namespace, newPod(deployment, hash))
    kept.push(pod)
    later(() => start(world, namespace, pod.metadata.name))
  }
  const status = statusOf(deployment, kept, hash, timestamp(world.clock.wallTime()))
  replace(world, 'deployments.apps', deployment, { ...deployment, status }, { subresource: 'status' })
}
