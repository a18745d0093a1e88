import { asNumber, asObject, dig, type JsonObject } from './json.ts'
import type { KubeObject } from './object.ts'
import { badRequest } from './status.ts'

/** The `autoscaling/v1` Scale of a Deployment: what `kubectl scale` reads and writes. */
export function scaleOf(object: KubeObject): JsonObject & KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const labels = Object.entries(asObject(dig(object, 'spec', 'selector', 'matchLabels')))
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      ...(uid ? { uid } : {}),
      ...(resourceVersion ? { resourceVersion } : {}),
      ...(creationTimestamp ? { creationTimestamp } : {}),
    },
    spec: { replicas: asNumber(dig(object, 'spec', 'replicas')) },
    status: {
      replicas: asNumber(dig(object, 'status', 'replicas')),
      selector: labels.map(([label, value]) => `${label}=${value}`).join(','),
    },
  }
}

/** The object with the replicas, and the resourceVersion if any, that a written Scale asks for. */
export function withScale(object: KubeObject, scale: KubeObject): KubeObject {
  const replicas = dig(scale, 'spec', 'replicas') ?? 0
  if (typeof replicas !== 'number') throw badRequest('spec.replicas must be a number')
  const { resourceVersion } = scale.metadata
  return {
    ...object,
    metadata: { ...object.metadata, ...(resourceVersion ? { resourceVersion } : {}) },
    spec: { ...asObject(object.spec), replicas },
  }
}
