import type { JsonObject } from '../../../sandbox/json.ts'
import type { Access } from '../../../sandbox/server.ts'
import { drainCrd } from '../../../src/install/objects/drain-crd.ts'
import { epoch } from '../engine/process.ts'
import { put } from './objects.ts'
import { tolerant } from './own-definitions.ts'
import { placeOf } from './route-owners.ts'
import type { Acts, DrainTarget, WorldSteps } from './step.ts'

const definition = 'drains.failover.linkerd.io'

/** The people who take backends out, and whoever installs the definition of Drains. */
export class DrainOwners {
  readonly #store: Access
  readonly #now: () => number

  /** `now`: virtual ms. */
  constructor(store: Access, now: () => number) {
    this.#store = store
    this.#now = now
  }

  readonly acts: Acts<Pick<WorldSteps, 'drain' | 'undrain' | 'drains'>> = {
    drain: ({ drain, from, ms, lastResort }) => {
      if (!this.#isServed) return
      const [namespace, name] = placeOf(drain)
      const until = ms === undefined ? {} : { until: new Date(epoch + this.#now() + ms).toISOString() }
      put(this.#store, definition, {
        apiVersion: 'failover.linkerd.io/v1alpha1',
        kind: 'Drain',
        metadata: { namespace, name },
        spec: {
          from: from.map(targetObject),
          ...until,
          reason: 'a story',
          ...(lastResort === undefined ? {} : { lastResort }),
        },
      })
    },
    undrain: ({ drain }) => {
      const [namespace, name] = placeOf(drain)
      if (this.#isServed) this.#store.delete(definition, namespace, name)
    },
    drains: ({ served }) => {
      if (served === this.#isServed) return
      if (served) this.#store.create(tolerant(drainCrd))
      else this.#store.delete('customresourcedefinitions', '', definition)
    },
  }

  get #isServed(): boolean {
    return this.#store.get('customresourcedefinitions', '', definition) !== undefined
  }
}

function targetObject({ cluster, service }: DrainTarget): JsonObject {
  const [namespace, name] = placeOf(service ?? '')
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(service === undefined ? {} : { service: { namespace, name } }),
  }
}
