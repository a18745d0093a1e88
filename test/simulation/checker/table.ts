/** The decision table once more, written down from docs/DECISIONS.md and nothing else. */

export type Readiness = 'ready' | 'down' | 'unknown'

/** One list of weighted backends, as it stands in an object. */
export interface Split {
  readonly backends: readonly { readonly service: string; readonly weight: number }[]
  readonly primary: string
  readonly paused: boolean
  /** It cannot be understood. */
  readonly broken: boolean
  /** The largest weight that its kind carries. */
  readonly limit: number
}

/** The weights that a split should have; those that it has where the table says hold. */
export function weightsBy(split: Split, readiness: (service: string) => Readiness): readonly number[] {
  const now = split.backends.map(({ weight }) => weight)
  const active = activeBy(split, readiness)
  if (!active) return now
  const largest = Math.min(split.limit, Math.max(1, Math.ceil(Math.max(...now))))
  const share = now[active.indexOf(true)] ?? 0
  const inEffect = share > 0 && now.every((weight, index) => weight === (active[index] ? share : 0))
  return inEffect ? now : active.map((on) => (on ? largest : 0))
}

/** For each backend whether it should get traffic; undefined: hold. */
function activeBy(split: Split, readiness: (service: string) => Readiness): boolean[] | undefined {
  const { backends, primary } = split
  if (split.paused || split.broken || readiness(primary) === 'unknown') return undefined
  const onlyPrimary = backends.map(({ service }) => service === primary)
  if (readiness(primary) === 'ready') return onlyPrimary
  const secondaries = backends.filter(({ service }) => service !== primary)
  if (secondaries.some(({ service }) => readiness(service) === 'ready')) {
    return backends.map(({ service, weight }) => {
      if (service === primary) return false
      return readiness(service) === 'ready' || (readiness(service) === 'unknown' && weight > 0)
    })
  }
  return backends.every(({ weight }) => weight === 0) ? onlyPrimary : undefined
}

export type Direction = 'failover' | 'failback' | 'redistribute'

/** What a change of weights was: by whether the primary gets traffic before and after it. */
export function directionOf(split: Split, before: readonly number[], after: readonly number[]): Direction {
  const serves = (weights: readonly number[]) =>
    split.backends.some(({ service }, index) => service === split.primary && (weights[index] ?? 0) > 0)
  if (serves(after)) return 'failback'
  return serves(before) ? 'failover' : 'redistribute'
}

export const weightsOf = ({ backends }: Split): number[] => backends.map(({ weight }) => weight)
