import type { JsonObject } from '../../../sandbox/json.ts'
import type { Access, KubeObject } from '../../../sandbox/server.ts'
import { version } from '../../../src/base/version.ts'
import { drainCrd } from '../../../src/install/objects/drain-crd.ts'
import { readValues } from '../../../src/install/render.ts'
import { epoch } from '../engine/process.ts'
import { put } from './objects.ts'
import { placeOf } from './route-owners.ts'
import type { Acts, DrainTarget, WorldSteps } from './step.ts'

/** The namespace of the operator: Drains in it are for all routes. */
export const rootNamespace = 'linkerd-failover'

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
      if (served) this.#store.create(drainDefinition())
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

/** A definition that, as an older one might, takes Drains that make no sense. */
function drainDefinition(): KubeObject {
  const values = readValues({ policies: { enabled: true } })
  if (!values.ok) throw new Error(values.error.join())
  const context = { namespace: rootNamespace, release: 'story', version }
  const { spec, ...rest } = structuredClone(drainCrd({ values: values.value, context }))
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return { ...rest, spec: { ...spec, versions: spec.versions.map((version) => ({ ...version, schema })) } }
}
