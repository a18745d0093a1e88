import type { Resource } from '../kube/resource.ts'
import { mirroredServiceLabel, projectEndpoints, projectMirror, projectSlice } from './projections.ts'

/** Objects of one kind, and what is kept of each. */
export interface Source<T> {
  readonly name: string
  readonly resource: Resource
  readonly labelSelector?: string
  readonly project: (object: unknown) => T
}

const labelSelector = `${mirroredServiceLabel}=true`

/** What tells of readiness: which objects, and what is kept of each. */
export const readinessSources = {
  slices: {
    name: 'endpointslices',
    resource: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices' },
    project: projectSlice,
  },
  endpoints: {
    name: 'endpoints',
    resource: { group: '', version: 'v1', plural: 'endpoints' },
    labelSelector,
    project: projectEndpoints,
  },
  services: {
    name: 'services',
    resource: { group: '', version: 'v1', plural: 'services' },
    labelSelector,
    project: projectMirror,
  },
} as const
