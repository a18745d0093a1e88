import type { KubeObject } from '../../../sandbox/server.ts'
import { version } from '../../../src/base/version.ts'
import type { drainCrd } from '../../../src/install/objects/drain-crd.ts'
import type { failoverPolicyCrd } from '../../../src/install/objects/failover-policy-crd.ts'
import { readValues } from '../../../src/install/render.ts'

/** The namespace of the operator: Drains and policies of the Mesh in it are for all routes. */
export const rootNamespace = 'linkerd-failover'

/** A definition of one of the operator's own kinds that, as an older one might, takes what makes no sense. */
export function tolerant(definition: typeof drainCrd | typeof failoverPolicyCrd): KubeObject {
  const values = readValues({ policies: { enabled: true } })
  if (!values.ok) throw new Error(values.error.join())
  const context = { namespace: rootNamespace, release: 'story', version }
  const { spec, ...rest } = structuredClone(definition({ values: values.value, context }))
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return { ...rest, spec: { ...spec, versions: spec.versions.map((version) => ({ ...version, schema })) } }
}
