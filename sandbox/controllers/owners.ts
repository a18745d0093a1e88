import { asText, asTexts, dig } from '../json.ts'
import type { Kind } from '../kinds.ts'
import type { KubeObject } from '../object.ts'
import type { Change } from '../store.ts'
import type { World } from '../world.ts'

export type Affected = { deployments: string[]; services: string[] }

/** Whether a selector with at least one label matches. */
export function matches(selector: Record<string, string>, labels: Record<string, string> = {}): boolean {
  const wanted = Object.entries(selector)
  return wanted.length > 0 && wanted.every(([label, value]) => labels[label] === value)
}

/** The labels that a Service selects Pods by; empty when its endpoints are somebody else's. */
export const selectorOf = (service: KubeObject) => asTexts(dig(service, 'spec', 'selector'))

/** The name of the Deployment that owns a Pod. */
export function deploymentOf(pod: KubeObject): string | undefined {
  const owner = pod.metadata.ownerReferences?.find((reference) => reference.kind === 'Deployment')
  return owner ? asText(owner.name) : undefined
}

/** Knows who has to look when something changes. */
export class Owners {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  affectedBy(kind: Kind, change: Change): Affected | undefined {
    const { name } = change.object.metadata
    switch (kind.id) {
      case 'deployments.apps':
        return { deployments: [name], services: [] }
      case 'services':
        return { deployments: [], services: [name] }
      case 'pods':
        return this.#affectedByPod(change)
      default:
        return undefined
    }
  }

  #affectedByPod({ object, previous }: Change): Affected {
    const deployment = deploymentOf(object)
    const kind = this.#world.registry.named('services')?.kind
    const services = kind ? this.#world.store.list(kind, object.metadata.namespace) : []
    const selecting = services.filter((service) => {
      const selector = selectorOf(service)
      return matches(selector, object.metadata.labels) || matches(selector, previous?.metadata.labels)
    })
    return {
      deployments: deployment ? [deployment] : [],
      services: selecting.map((service) => service.metadata.name),
    }
  }
}
