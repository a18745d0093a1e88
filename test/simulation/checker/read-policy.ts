import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import type { Threshold } from './count.ts'
import type { AskedReturn, AskedTier, Level, Sections } from './sections.ts'

/** What a policy is for. */
export interface Target {
  readonly level: Level
  readonly group: string
  readonly kind: string
  readonly name: string
}

/** A FailoverPolicy as the checker understands it, from docs/using/policies.md and docs/using/api.md. */
export interface PolicySpec {
  readonly targets: readonly Target[]
  /** Without the level of the tiers, which depends on the target. */
  readonly sections: Omit<Sections, 'tiers' | 'isLimited'> & { readonly tiers?: readonly AskedTier[] }
  /** It limits how many moves are made that are not needed. */
  readonly isLimiting: boolean
  /** It moves nothing. */
  readonly isDryRun: boolean
  /** When it was created (seconds): the older of two wins. */
  readonly createdAt: number
}

const mesh = 'failover.linkerd.io'
const routeGroups = ['split.smi-spec.io', 'gateway.networking.k8s.io']
const dayMs = 86_400_000

/** What a policy asks for; `undefined` for one that makes no sense, and asks for nothing. */
export function readPolicy({ metadata, spec }: KubeObject): PolicySpec | undefined {
  if (!isObject(spec)) return undefined
  const refs = objectsIn(spec.targetRefs)
  const targets = refs.flatMap((ref) => readTarget(ref, metadata.namespace ?? '') ?? [])
  const tiers = spec.tiers === undefined ? undefined : readTiers(objectsIn(spec.tiers))
  const minReady = part(spec.minReady, readThreshold)
  const failover = part(spec.failover, readFailover)
  const failback = part(spec.failback, readFailback)
  const limits = part(spec.limits, readLimits)
  const isWrong = [tiers, minReady, failover, failback, limits].includes('wrong') || returnsWithLess(spec)
  if (targets.length === 0 || targets.length < refs.length || isWrong) return undefined
  if (limits && targets.some(({ level }) => level !== 'mesh')) return undefined
  const sections = Object.entries({ tiers, minReady, failover, failback }).filter(
    ([, section]) => section !== undefined,
  )
  const createdAt = Date.parse(metadata.creationTimestamp ?? '') / 1_000
  const isDryRun = spec.enforcement === 'DryRun'
  return {
    targets,
    sections: Object.fromEntries(sections),
    isLimiting: limits !== undefined,
    isDryRun,
    createdAt,
  }
}

/** What asks for fewer endpoints to come back than to serve makes no sense. */
function returnsWithLess({ minReady, failback }: JsonObject): boolean {
  const toReturn = isObject(failback) ? failback.minReady : undefined
  const [stay, back] = [minReady, toReturn].map((one) => (isObject(one) ? one.count : undefined))
  return typeof stay === 'number' && typeof back === 'number' && back < stay
}

function readTarget({ group, kind, name }: JsonObject, ownNamespace: string): Target | undefined {
  const level = levelOf(String(group), String(kind), String(name))
  if (!level || (level === 'namespace' && name !== ownNamespace)) return undefined
  return { level, group: String(group), kind: String(kind), name: String(name) }
}

function levelOf(group: string, kind: string, name: string): Level | undefined {
  if (routeGroups.includes(group)) return 'route'
  if (group === mesh) return kind === 'Mesh' && name === 'default' ? 'mesh' : undefined
  if (group !== '') return undefined
  return kind === 'Service' ? 'service' : kind === 'Namespace' ? 'namespace' : undefined
}

function readTiers(tiers: readonly JsonObject[]): readonly AskedTier[] | 'wrong' {
  const all = tiers.map(readTier)
  const names = all.flatMap((tier) =>
    tier !== 'wrong' && tier !== 'rest' && 'backends' in tier ? tier.backends.map(({ name }) => name) : [],
  )
  const isMute = all.every(
    (tier) =>
      tier !== 'wrong' &&
      tier !== 'rest' &&
      'backends' in tier &&
      tier.backends.every(({ weight }) => weight === 0),
  )
  const isEarly = all.slice(0, -1).includes('rest')
  const isTwice = new Set(names).size < names.length
  const read = all.flatMap((tier) => (tier === 'wrong' ? [] : [tier]))
  return isMute || isEarly || isTwice || read.length < all.length ? 'wrong' : read
}

function readTier({ backends, clusters, rest }: JsonObject): AskedTier | 'wrong' {
  if ([backends, clusters, rest].filter((one) => one !== undefined).length !== 1) return 'wrong'
  if (rest) return 'rest'
  if (Array.isArray(clusters)) return { clusters: clusters.map(String) }
  const named = objectsIn(backends).map(({ name, namespace, port, weight }) => ({
    name: `${namespace === undefined ? '' : `${namespace}/`}${name}${port === undefined ? '' : `:${port}`}`,
    weight: typeof weight === 'number' ? weight : undefined,
  }))
  return named.length > 0 ? { backends: named } : 'wrong'
}

function readThreshold({ count, percent, expected }: JsonObject): Threshold | 'wrong' {
  const all = [count, percent, expected].filter((one) => one !== undefined)
  const isVague = percent !== undefined && count === undefined && expected === undefined
  if (isVague || !all.every((one) => typeof one === 'number' && one >= 1)) return 'wrong'
  return {
    count: Number(count ?? 1),
    ...(percent === undefined ? {} : { percent: Number(percent) }),
    ...(expected === undefined ? {} : { expected: Number(expected) }),
  }
}

function readFailover({ after, whenDown }: JsonObject): NonNullable<Sections['failover']> | 'wrong' {
  const [fewMs, downMs] = [msOf(after), msOf(whenDown)]
  return fewMs === undefined || downMs === undefined ? 'wrong' : { fewMs, downMs }
}

function readFailback({ mode, after, atMost, minReady }: JsonObject): AskedReturn | 'wrong' {
  const waitMs = msOf(after)
  const atMostMs = msOf(atMost)
  const toReturn = part(minReady, readThreshold)
  if (waitMs === undefined || atMostMs === undefined || toReturn === 'wrong') return 'wrong'
  return {
    waitMs,
    ...(atMost === undefined ? {} : { atMostMs }),
    ...(toReturn ? { toReturn } : {}),
    ...(mode === 'Manual' ? { isManual: true } : {}),
  }
}

/** How many moves they allow is judged in quiet waits only. */
function readLimits({ movesPerSecond = 1, stopAtPercent = 1 }: JsonObject): true | 'wrong' {
  const all = [movesPerSecond, stopAtPercent]
  return all.every((one) => typeof one === 'number' && one > 0) ? true : 'wrong'
}

/** A duration as stories write it (ms): `1m20s`; 0 for none, undefined for one that cannot be read. */
function msOf(text: unknown): number | undefined {
  if (text === undefined) return 0
  const [, hours, minutes, seconds] =
    /^(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?$/.exec(String(text)) ?? []
  if (text === '' || (hours ?? minutes ?? seconds) === undefined) return undefined
  const ms = ((Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0)) * 1_000
  return ms <= dayMs ? ms : undefined
}

const part = <T>(value: unknown, read: (part: JsonObject) => T | 'wrong'): T | 'wrong' | undefined =>
  value === undefined ? undefined : isObject(value) ? read(value) : 'wrong'

const objectsIn = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
