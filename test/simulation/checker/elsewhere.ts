import type { KubeObject } from '../../../sandbox/server.ts'
import { farName } from '../far/place.ts'

/** The Services that a Service takes its endpoints from. */
export interface Elsewhere {
  /** One of this cluster: `shop/web`. */
  readonly local: string | undefined
  /** Those of the other cluster: `shop/web`. */
  readonly members: readonly string[]
  /** It names something else as well: a cluster that is not linked, or nothing that makes sense. */
  readonly isOdd: boolean
}

const remote = 'multicluster.linkerd.io/remote-discovery'
const remoteService = 'multicluster.linkerd.io/remote-service'
const localDiscovery = 'multicluster.linkerd.io/local-discovery'
const entryPattern = new RegExp(`^([a-z0-9-]+)@${farName}$`)

/** What Linkerd's destination controller reads of a Service: first the annotations, then the label. */
export function readElsewhere(
  key: string,
  { metadata: { labels = {}, annotations = {} } }: KubeObject,
): Elsewhere | undefined {
  const beside = (name: string) => `${key.split('/')[0]}/${name}`
  const isFederated = remote in annotations || localDiscovery in annotations
  if (!isFederated && !(remote in labels)) return undefined
  const text = isFederated ? (annotations[remote] ?? '') : `${labels[remoteService] ?? ''}@${labels[remote]}`
  const entries = text.split(',').filter((entry) => entry !== '')
  const names = entries.flatMap((entry) => entryPattern.exec(entry)?.[1] ?? [])
  const local = annotations[localDiscovery]
  return {
    local: local ? beside(local) : undefined,
    members: names.map(beside),
    isOdd: names.length < entries.length,
  }
}
