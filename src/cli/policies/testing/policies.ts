import { version } from '../../../base/version.ts'
import { failoverPolicyCrd } from '../../../install/objects/failover-policy-crd.ts'
import { readValues } from '../../../install/render.ts'
import type { Shop } from '../../testing/shop.ts'

const values = { policies: { enabled: true } }
const context = { namespace: 'linkerd-failover', release: 'linkerd-failover', version }

/** Installs the kind `FailoverPolicy`, and an operator that follows them. */
export function followPolicies(shop: Shop): void {
  const read = readValues(values)
  if (!read.ok) throw new Error(read.error.join('; '))
  shop.put(JSON.parse(JSON.stringify(failoverPolicyCrd({ values: read.value, context }))))
  shop.install({ values })
}

/** A FailoverPolicy (`namespace/name`). */
export function addPolicy(shop: Shop, key: string, spec: object): void {
  const [namespace = '', name = ''] = key.split('/')
  shop.put({
    apiVersion: 'failover.linkerd.io/v1alpha1',
    kind: 'FailoverPolicy',
    metadata: { namespace, name },
    spec: JSON.parse(JSON.stringify(spec)),
  })
}
