import type { KubeRequest } from '../../../src/kube/transport.ts'
import type { View } from '../checker/view.ts'
import type { Process } from '../engine/process.ts'

/** A request as it left a replica, and what was known at that moment. */
export interface Sent {
  readonly process: Process
  readonly request: KubeRequest
  /** The resource's plural; `discovery` for documents about what is served. */
  readonly resource: string
  readonly at: number
  /** The server's version when it left. */
  readonly version: number
  /** What the replica had been told by then. */
  readonly view: View
}

/** The plural that a path names: `/apis/GROUP/VERSION[/namespaces/NS]/PLURAL[/NAME]`, `discovery` without one. */
export function resourceOf(path: string): string {
  const segments = path.split('/').slice(path.startsWith('/apis/') ? 4 : 3)
  const plural = segments[0] === 'namespaces' && segments.length > 2 ? segments[2] : segments[0]
  return plural ?? 'discovery'
}
