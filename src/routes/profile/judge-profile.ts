import { type PatchOperation, pointerToken } from '../../base/json-patch.ts'
import { programName, standbyName } from '../../base/names.ts'
import type { Split } from '../../core/types.ts'
import type { Route } from '../route.ts'
import { parseWeight } from '../weight.ts'
import { authorityOf, type Override, type Profile, profileNames, skipAnnotation } from './profile.ts'
import { quantityOf } from './quantity.ts'

/** What is to be written so that proxies follow a TrafficSplit. */
export type ProfileWrite =
  | { readonly kind: 'create'; readonly object: object }
  | { readonly kind: 'patch'; readonly operations: readonly PatchOperation[] }

/** How the ServiceProfile of a TrafficSplit's apex is, and what to do about it. */
export interface ProfileVerdict {
  /** Absent if nothing is to be written. */
  readonly write?: ProfileWrite
  /** The weights once it is written, as text: equal for equal weights. */
  readonly target: string
  /** Why the operator does not make it follow the split, or not in full; what is wrong and what to do. */
  readonly trouble?: string
}

/** An override as it is written. */
interface Wanted {
  readonly authority: string
  readonly weight: number
}

/**
 * What makes the ServiceProfile of the apex carry the weights that a TrafficSplit has: a new one if none
 * is, a list of overrides where it has none, else new weights in the list that it has. Nothing else of it is
 * written, and never a list in which all weights are zero. `profile`: as it is; `domain`: the cluster's.
 */
export function judgeProfile(route: Route, profile: Profile | undefined, domain: string): ProfileVerdict {
  const [split] = route.splits
  const [apex] = route.apexes
  if (!split || apex === undefined) return { target: '' }
  const trouble = profile && strangerIn(profile)
  if (trouble !== undefined) return { target: '', trouble }
  const wanted = wantedOf(split, domain)
  if (!wanted) return { target: '' }
  const overrides = wanted.map(overrideOf)
  const target = textOf(wanted.map(({ weight }) => weight))
  if (!profile) return { target, write: { kind: 'create', object: newProfile(apex, domain, overrides) } }
  if (profile.list !== 'filled')
    return { target, write: { kind: 'patch', operations: fillPatch(profile, profile.list, overrides) } }
  return judgeWeights(profile, wanted)
}

/** Why the overrides of a ServiceProfile are somebody else's; `undefined` if the operator may write them. */
function strangerIn(profile: Profile): string | undefined {
  const { skip, writers } = profile
  if (skip !== undefined && skip !== programName)
    return `${titleOf(profile)} has the annotation ${skipAnnotation}, so the operator does not write its dstOverrides, and neither does linkerd-smi's adaptor; set it to ${programName} to let the operator alone write them, or remove it`
  const stranger = profile.list === 'filled' && writers.find((manager) => !knownWriters.includes(manager))
  return stranger
    ? `the dstOverrides of ${titleOf(profile)} were written by "${stranger}", so the operator does not change them; if they are to follow the TrafficSplit, remove spec.dstOverrides there, and the operator writes it`
    : undefined
}

/** This operator, and linkerd-smi's adaptor by the name of its program. */
const knownWriters = [programName, standbyName, 'smi-adaptor']

/** The backends with their weights; `undefined` if one cannot be read, or if no proxy could use them. */
function wantedOf(split: Split, domain: string): Wanted[] | undefined {
  const wanted = split.backends.flatMap(({ service, weight }) =>
    weight === undefined ? [] : { authority: authorityOf(service, domain), weight },
  )
  const isWhole = wanted.length === split.backends.length
  return isWhole && wanted.some(({ weight }) => weight > 0) ? wanted : undefined
}

const overrideOf = ({ authority, weight }: Wanted) => ({ authority, weight: quantityOf(weight) })

/** The list is there: which entries it has is left to others, and only their weights are moved. */
function judgeWeights(profile: Profile, wanted: readonly Wanted[]): ProfileVerdict {
  const isSameList =
    profile.overrides.length === wanted.length &&
    profile.overrides.every(({ authority }, index) => authority === wanted[index]?.authority)
  const weights = isSameList
    ? wanted.map(({ weight }) => weight)
    : profile.overrides.map((override) => weightFor(override, wanted))
  const trouble = isSameList ? {} : { trouble: otherList(profile, wanted) }
  // Zeros alone would send everything to the apex.
  if (weights.every((weight) => weight === 0)) return { target: '', ...trouble }
  const target = textOf(weights)
  const operations = weightsPatch(profile, weights)
  return operations.length === 0
    ? { target, ...trouble }
    : { target, ...trouble, write: { kind: 'patch', operations } }
}

const textOf = (weights: readonly number[]): string => weights.map(quantityOf).join(' ')

/** What the split gives to an entry; nothing if it does not name it. */
const weightFor = ({ authority }: Override, wanted: readonly Wanted[]): number =>
  wanted.reduce((sum, one) => (one.authority === authority ? sum + one.weight : sum), 0)

function otherList(profile: Profile, wanted: readonly Wanted[]): string {
  const has = profile.overrides.map(({ authority }) => authority).join(', ')
  const wants = wanted.map(({ authority }) => authority).join(', ')
  return `the dstOverrides of ${titleOf(profile)} name other backends than the TrafficSplit (${has} instead of ${wants}), and the operator changes only their weights; remove spec.dstOverrides there, and the operator writes it again`
}

/** Tests of all entries, and the weights that differ; empty if none does. */
function weightsPatch(profile: Profile, weights: readonly number[]): PatchOperation[] {
  const moves = profile.overrides.flatMap(({ weight }, index): PatchOperation[] => {
    const wanted = quantityOf(weights[index] ?? 0)
    return isSameWeight(weight, wanted) ? [] : [{ op: 'add', path: weightAt(index), value: wanted }]
  })
  if (moves.length === 0) return []
  const tests = profile.overrides.flatMap(({ authority, weight }, index): PatchOperation[] => [
    { op: 'test', path: `${overridesPath}/${index}/authority`, value: authority },
    { op: 'test', path: weightAt(index), value: weight ?? null },
  ])
  return [...identityTests(profile), ...tests, ...moves]
}

/** Compared as written values: a weight of `1` and one of `"1"` are the same. */
function isSameWeight(now: unknown, wanted: string): boolean {
  const [a, b] = [parseWeight(now ?? ''), parseWeight(wanted)]
  return 'weight' in a && 'weight' in b && a.weight === b.weight
}

const overridesPath = '/spec/dstOverrides'
const weightAt = (index: number) => `${overridesPath}/${index}/weight`

/** Adds the list to a ServiceProfile that has none, while it has none. */
function fillPatch(
  profile: Profile,
  list: Exclude<Profile['list'], 'filled'>,
  overrides: readonly object[],
): PatchOperation[] {
  const [path, before, value] =
    list === 'no spec'
      ? ['/spec', null, { dstOverrides: overrides }]
      : [overridesPath, list === 'empty' ? [] : null, overrides]
  return [...identityTests(profile), { op: 'test', path, value: before }, { op: 'add', path, value }]
}

/** It is still the object that was seen, and its owner still leaves it to us. */
function identityTests({ uid, skip, hasAnnotations }: Profile): PatchOperation[] {
  const annotations = '/metadata/annotations'
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    hasAnnotations
      ? { op: 'test', path: `${annotations}/${pointerToken(skipAnnotation)}`, value: skip ?? null }
      : { op: 'test', path: annotations, value: null },
  ]
}

function newProfile(apex: string, domain: string, dstOverrides: readonly object[]): object {
  const [namespace] = apex.split('/')
  return {
    apiVersion: `${profileNames.group}/${profileNames.versions[0]}`,
    kind: 'ServiceProfile',
    metadata: { namespace, name: authorityOf(apex, domain) },
    spec: { dstOverrides },
  }
}

const titleOf = ({ namespace, name }: Profile): string => `the ServiceProfile ${namespace}/${name}`
