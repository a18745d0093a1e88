import { bestOf, unknownBecause } from './readiness.ts'
import type { Backend, Observation, Readiness, ReadinessOf, Split } from './types.ts'

/** The weight that a backend has in effect: the written one, or what its kind takes for an absent one. */
export const weightOf = (split: Split, backend: Backend): number => backend.weight ?? split.absentWeight

/** Both are the same Service, and the same port of it. */
export const isSameBackend = (a: Backend, b: Backend | undefined): boolean =>
  a.service === b?.service && a.port === b.port

/** Both have the same backends in the same order, whatever their weights. */
export const haveSameBackends = ({ backends }: Split, other: Split): boolean =>
  backends.length === other.backends.length &&
  backends.every((backend, index) => isSameBackend(backend, other.backends[index]))

/** The weights in effect, in the order of the backends. */
export const weightsOf = (split: Split): number[] => split.backends.map((backend) => weightOf(split, backend))

/** What is known of a backend, given what is known of Services. */
export const knownOf = (backend: Backend, readiness: ReadinessOf): Readiness =>
  backend.foreign ? unknownBecause(`${backend.service} is not a Service`) : readiness(backend)

/** What is known of the primary: of its entries the best, since one that is ready serves. */
export const knownPrimary = ({ split, readiness }: Observation): Readiness =>
  bestOf(split.backends.filter((backend) => isPrimary(split, backend)).map(readiness))

/**
 * True for an entry of the split that is the primary: it has the Service, and the port if the split names
 * one; by a policy: it is in the first tier.
 */
export const isPrimary = ({ policy, primary, primaryPort, backends }: Split, backend: Backend): boolean =>
  policy
    ? (policy.tiers[0]?.members ?? []).some((index) => backends[index] === backend)
    : backend.service === primary && (primaryPort === undefined || backend.port === primaryPort)

/** Indexes of the entries that name the primary: more than one if it is listed twice. */
export const primaryIndexes = (split: Split): number[] =>
  indexesOf(split, (backend) => isPrimary(split, backend))

/** Indexes of the backends that satisfy `test`, in the order of the split. */
export function indexesOf(split: Split, test: (backend: Backend) => boolean): number[] {
  return split.backends.flatMap((backend, index) => (test(backend) ? [index] : []))
}

/** True for a split that no proxy could route by. */
export const isAllZero = (split: Split): boolean => weightsOf(split).every((weight) => weight === 0)
