import type { KubeRequest } from '../../../src/kube/http/transport.ts'
import type { FarSent } from '../checker/far-view.ts'
import type { View } from '../checker/view.ts'
import type { Process } from '../engine/process.ts'
import type { Timeline } from './timeline.ts'

/** A request as it left a replica, and what was known at that moment. */
export interface Sent {
  readonly process: Process
  readonly request: KubeRequest
  /** The resource's plural; `discovery` for documents about what is served. */
  readonly resource: string
  readonly at: number
  /** The moment when it left. */
  readonly moment: number
  /** To a server that has been restored since it does not come. */
  readonly timeline: Timeline
  /** What the replica had been told by then. */
  readonly view: View
  /** What it had read of the other cluster by then. */
  readonly far: FarSent
}

/**
 * What a request is about: the plural that its path names (`/apis/GROUP/VERSION[/namespaces/NS]/PLURAL[/NAME]`),
 * `discovery` without one. The watch that would share its plural with another has a name of its own: Linkerd's own
 * HTTPRoutes.
 */
export function resourceOf({ path }: Pick<KubeRequest, 'path'>): string {
  const segments = path.split('/').slice(path.startsWith('/apis/') ? 4 : 3)
  const plural = segments[0] === 'namespaces' && segments.length > 2 ? segments[2] : segments[0]
  if (path.startsWith('/apis/policy.linkerd.io/') && plural) return `${plural}.policy.linkerd.io`
  return plural ?? 'discovery'
}
