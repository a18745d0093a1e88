import { unknownBecause } from '../../core/readiness.ts'
import { type Readiness, readinessOf, type ServiceKey } from '../../core/types.ts'

/** Readiness of each of some Services. */
export type Combination = ReadonlyMap<ServiceKey, Readiness>

const states: readonly Readiness[] = [readinessOf(1, 1), readinessOf(0, 1), unknownBecause('assumed')]
/** With so many Services every combination is tried: at most 729. */
export const allUpTo = 6

/**
 * Every combination of ready, down and unknown, each once; of more than 6 Services those in which all but two
 * at most are in the same state.
 */
export function combinationsOf(services: readonly ServiceKey[]): Combination[] {
  if (services.length <= allUpTo) return combine(services)
  return states.flatMap((state) => {
    const base: Combination = new Map(services.map((service) => [service, state]))
    const others = states.filter((other) => other !== state)
    const exceptions = [[], ...services.map((service) => [service]), ...pairsOf(services)]
    return exceptions.flatMap((some) => combine(some, others)).map((some) => new Map([...base, ...some]))
  })
}

const combine = (services: readonly ServiceKey[], among = states): Combination[] =>
  services.reduce<Combination[]>(
    (all, service) => all.flatMap((one) => among.map((state) => new Map([...one, [service, state]]))),
    [new Map()],
  )

const pairsOf = (services: readonly ServiceKey[]): [ServiceKey, ServiceKey][] =>
  services.flatMap((one, index) =>
    services.slice(index + 1).map((two): [ServiceKey, ServiceKey] => [one, two]),
  )
