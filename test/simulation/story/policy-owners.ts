import type { Access } from '../../../sandbox/server.ts'
import { failoverPolicyCrd } from '../../../src/install/objects/failover-policy-crd.ts'
import { put } from './objects.ts'
import { tolerant } from './own-definitions.ts'
import { placeOf } from './route-owners.ts'
import type { Acts, WorldSteps } from './step.ts'

const definition = 'failoverpolicies.failover.linkerd.io'

/** The people who write FailoverPolicies, and whoever installs the definition of them. */
export class PolicyOwners {
  readonly #store: Access

  constructor(store: Access) {
    this.#store = store
  }

  readonly acts: Acts<Pick<WorldSteps, 'policy' | 'unpolicy' | 'policies'>> = {
    policy: ({ policy, spec }) => {
      if (!this.#isServed) return
      const [namespace, name] = placeOf(policy)
      const before = this.#store.get(definition, namespace, name)
      put(this.#store, definition, {
        apiVersion: 'failover.linkerd.io/v1alpha1',
        kind: 'FailoverPolicy',
        metadata: { namespace, name },
        spec,
        ...(before?.status === undefined ? {} : { status: before.status }),
      })
    },
    unpolicy: ({ policy }) => {
      const [namespace, name] = placeOf(policy)
      if (this.#isServed) this.#store.delete(definition, namespace, name)
    },
    policies: ({ served }) => {
      if (served === this.#isServed) return
      if (served) this.#store.create(tolerant(failoverPolicyCrd))
      else this.#store.delete('customresourcedefinitions', '', definition)
    },
  }

  get #isServed(): boolean {
    return this.#store.get('customresourcedefinitions', '', definition) !== undefined
  }
}
