import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'

/** What an Endpoints object says. */
export interface Addresses {
  readonly isReady: boolean
  /** Of a headless mirror: the mirrors of the hosts that it says are ready. */
  readonly hosts: readonly string[] | undefined
}

export function readAddresses({ metadata, subsets }: KubeObject): Addresses {
  const cluster = metadata.labels?.['mirror.linkerd.io/cluster-name']
  const all = listOf(subsets)
  const ready = all.flatMap(({ addresses }) => listOf(addresses))
  const rest = all.flatMap(({ notReadyAddresses }) => listOf(notReadyAddresses))
  const isHeadless = [...ready, ...rest].some(({ hostname }) => hostname !== undefined)
  return {
    isReady: ready.length > 0,
    hosts: isHeadless ? ready.map(({ hostname }) => `${String(hostname)}-${cluster}`) : undefined,
  }
}

const listOf = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
