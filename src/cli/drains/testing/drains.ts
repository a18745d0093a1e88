import { version } from '../../../base/version.ts'
import { drainCrd } from '../../../install/objects/drain-crd.ts'
import { readValues } from '../../../install/render.ts'
import type { Shop } from '../../testing/shop.ts'

const values = { policies: { enabled: true } }
const context = { namespace: 'linkerd-failover', release: 'linkerd-failover', version }

/** Installs the kind `Drain`, and an operator that follows them. */
export function followDrains(shop: Shop): void {
  serveDrains(shop)
  shop.install({ values })
}

/** Installs the kind `Drain` alone. */
export function serveDrains(shop: Shop): void {
  const read = readValues(values)
  if (!read.ok) throw new Error(read.error.join('; '))
  shop.put(JSON.parse(JSON.stringify(drainCrd({ values: read.value, context }))))
}

interface DrainSpec {
  readonly from: readonly object[]
  readonly until: string
  readonly reason?: string
  readonly lastResort?: string
}

/** A Drain (`namespace/name`). */
export function addDrain(shop: Shop, key: string, spec: DrainSpec): void {
  const [namespace = '', name = ''] = key.split('/')
  shop.put({
    apiVersion: 'failover.linkerd.io/v1alpha1',
    kind: 'Drain',
    metadata: { namespace, name },
    spec: JSON.parse(JSON.stringify({ reason: 'CHG-1234', ...spec })),
  })
}
