import { child, text } from '../../base/json.ts'
import type { Readiness, ServiceKey } from '../../core/types.ts'
import { missingLink } from '../missing.ts'

/** What is kept of a Link: one cluster whose Services are mirrored here. */
export interface Link {
  /** The name by which mirrored Services call it, in their label. */
  readonly cluster: string
}

/** Projects a Link; total: what is missing or of another type counts as absent. */
export const projectLink = (object: unknown): Link => ({
  cluster: text(child(object, 'spec'), 'targetClusterName'),
})

/** What all Links say against a Service that is mirrored from a cluster. */
export function doubtOfLinks(
  service: ServiceKey,
  cluster: string,
  links: readonly Link[],
): Readiness | undefined {
  if (links.some((link) => link.cluster === cluster)) return undefined
  return missingLink(service, cluster)
}
