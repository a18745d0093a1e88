import { unknown } from '../core/types.ts'
import type { StoreReader } from '../kube/watch/store.ts'
import type { Mirror } from './projections.ts'
import type { ReadinessSource } from './source.ts'

/** Services whose endpoints are in other clusters only: no object of this cluster tells of them. */
export const otherClusters = (services: StoreReader<Mirror>): ReadinessSource => ({
  name: 'other clusters',
  synced: () => true,
  of: (service) => (services.get(service)?.remote ? unknown : undefined),
})
