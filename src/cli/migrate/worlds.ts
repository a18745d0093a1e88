import { type Readiness, readinessOf, type ServiceKey, unknown } from '../../core/types.ts'

/** Readiness of each of some Services. */
export type World = ReadonlyMap<ServiceKey, Readiness>

const states: readonly Readiness[] = [readinessOf(1, 1), readinessOf(0, 1), unknown]
/** With so many Services every combination is tried: at most 729. */
export const allUpTo = 6

/**
 * Every combination of ready, down and unknown, each once; of more than 6 Services those in which all but two
 * at most are in the same state.
 */
export function worldsOf(services: readonly ServiceKey[]): World[] {
  if (services.length <= allUpTo) return combinations(services)
  return states.flatMap((state) => {
    const base: World = new Map(services.map((service) => [service, state]))
    const others = states.filter((other) => other !== state)
    const exceptions = [[], ...services.map((service) => [service]), ...pairsOf(services)]
    return exceptions.flatMap((some) => combinations(some, others)).map((some) => new Map([...base, ...some]))
  })
}

const combinations = (services: readonly ServiceKey[], among = states): World[] =>
  services.reduce<World[]>(
    (worlds, service) =>
      worlds.flatMap((world) => among.map((state) => new Map([...world, [service, state]]))),
    [new Map()],
  )

const pairsOf = (services: readonly ServiceKey[]): [ServiceKey, ServiceKey][] =>
  services.flatMap((one, index) =>
    services.slice(index + 1).map((two): [ServiceKey, ServiceKey] => [one, two]),
  )
