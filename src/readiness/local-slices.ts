import { unlistedSlices } from './missing.ts'
import type { Objects, Open, ReadinessListeners } from './objects.ts'
import { reachOf } from './reach.ts'
import { projectSlice, type Slice, serviceOfSlice } from './slice.ts'
import { SliceIndex } from './slice-index.ts'
import type { LastSource } from './source.ts'

export const sliceObjects: Objects<Slice> = {
  name: 'endpointslices',
  resource: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices' },
  project: projectSlice,
  serviceOf: serviceOfSlice,
}

/** The EndpointSlices of this cluster. A Service without any is down: nothing can serve. The last source. */
export function localSlices(open: Open, { onService, onCounts }: ReadinessListeners): LastSource {
  const index = new SliceIndex()
  const slices = open(sliceObjects, (change) => {
    for (const { service, turned } of index.change(change)) {
      if (turned) onService(service, change.after?.changedAt)
      else onCounts(service)
    }
  })
  return {
    name: 'its EndpointSlices',
    synced: () => slices.synced,
    of: (target) =>
      slices.synced ? reachOf(target, index.of(target.service)) : unlistedSlices(target.service),
  }
}
