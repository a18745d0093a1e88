import { isObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'

/** A Drain as the checker understands it, from docs/using/policies.md. */
export interface DrainSpec {
  /** Names of clusters, and Services with their namespaces: `east`, `shop/web`. */
  readonly from: readonly string[]
  /** When it ends by itself (epoch ms). */
  readonly until: number
  readonly lastResort: 'Allow' | 'Never'
}

/** What a Drain asks for; `undefined` for one that makes no sense, and takes nothing out. */
export function readDrain({ metadata, spec }: KubeObject): DrainSpec | undefined {
  if (!isObject(spec) || !Array.isArray(spec.from) || spec.from.length === 0) return undefined
  const until = typeof spec.until === 'string' ? Date.parse(spec.until) : Number.NaN
  const { reason, lastResort = 'Allow' } = spec
  const isSound = !Number.isNaN(until) && typeof reason === 'string' && reason !== ''
  if (!isSound || (lastResort !== 'Allow' && lastResort !== 'Never')) return undefined
  const from = spec.from.map((target) => readTarget(target, metadata.namespace ?? ''))
  return from.includes(undefined) ? undefined : { from: from.flatMap((one) => one ?? []), until, lastResort }
}

function readTarget(target: unknown, ownNamespace: string): string | undefined {
  if (!isObject(target)) return undefined
  const { cluster, service } = target
  if ((cluster === undefined) === (service === undefined)) return undefined
  if (cluster !== undefined)
    return /^(Local|[a-z0-9][-a-z0-9.]*)$/.test(String(cluster)) ? String(cluster) : undefined
  if (!isObject(service) || typeof service.name !== 'string') return undefined
  return `${String(service.namespace ?? ownNamespace)}/${service.name}`
}
