import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import type { IResourceRequirements } from 'kubernetes-models/v1/ResourceRequirements'
import type { Values } from '../values.ts'

type Placement = Pick<Values, 'nodeSelector' | 'tolerations' | 'affinity'>

/** Which nodes may run a Pod; what is empty is left out, as the chart does. */
export const placementOf = ({ nodeSelector, tolerations, affinity }: Placement): Partial<IPodSpec> => ({
  ...(Object.keys(nodeSelector).length > 0 ? { nodeSelector } : {}),
  ...(tolerations.length > 0 ? { tolerations } : {}),
  ...(Object.keys(affinity).length > 0 ? { affinity } : {}),
})

/** What a container may use. */
export const resourcesOf = ({ requests, limits }: Values['resources']): IResourceRequirements => ({
  ...(requests ? { requests } : {}),
  ...(limits ? { limits } : {}),
})
