import type { ReadinessSource } from './source.ts'

/** Services whose endpoints are in other clusters only: no object of this cluster tells of them. */
export const otherClusters = (): ReadinessSource => ({
  name: 'other clusters',
  synced: () => true,
  of: ({ service, facts: { isRemote, cluster } }) =>
    isRemote
      ? { state: 'unknown', why: `the endpoints of ${service} are in ${cluster ?? 'other clusters'}` }
      : undefined,
})
