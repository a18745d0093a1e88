import { readHead } from '../kube/watch/watch-event.ts'
import type { Objects } from './objects.ts'
import { type Mirror, mirroredServiceLabel, projectMirror } from './projections.ts'

/** Mirrored Services, which tell where their endpoints are. */
export const serviceObjects: Objects<Mirror> = {
  name: 'services',
  resource: { group: '', version: 'v1', plural: 'services' },
  labelSelector: `${mirroredServiceLabel}=true`,
  project: projectMirror,
  serviceOf: (object) => readHead(object)?.key,
}
