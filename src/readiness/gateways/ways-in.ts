import { isIP } from 'node:net'
import type { Probed } from './link.ts'
import type { Line, ProbeNetwork } from './network.ts'

/** Names are resolved again after this time (ms): those of load balancers change their addresses. */
const resolveEveryMs = 10_000
/** More addresses than these are not asked; a gateway has one for each zone at most. */
const mostAddresses = 16

/** The addresses of a gateway, each with a connection that is kept. */
export class WaysIn {
  readonly probed: readonly Probed[]
  readonly #network: ProbeNetwork
  /** Replaced as a whole, since a round of probes keeps those that it began with. */
  #lines: ReadonlyMap<string, Line> = new Map()
  /** The lines are those of the addresses that are known. */
  #isCurrent = false
  /** The IP addresses of a name, as they were found last. */
  readonly #found = new Map<string, readonly string[]>()
  #resolvedAt = Number.NEGATIVE_INFINITY
  #isClosed = false
  /** Names that could not be resolved at the last try, and why. */
  readonly #troubles = new Map<string, string>()

  /** `probed`: of each Link to the cluster. */
  constructor(probed: readonly Probed[], network: ProbeNetwork) {
    this.probed = probed
    this.#network = network
  }

  /** Why a name cannot be resolved, in words; '' if all can be. */
  get trouble(): string {
    const [trouble = ''] = this.#troubles.values()
    return trouble
  }

  /** The ways as they are known at `now` (ms), by `ADDRESS:PORT`. */
  lines(now: number): ReadonlyMap<string, Line> {
    if (now - this.#resolvedAt >= resolveEveryMs) this.#resolve(now)
    if (!this.#isCurrent) this.#lines = this.#follow()
    this.#isCurrent = true
    return this.#lines
  }

  close(): void {
    this.#isClosed = true
    for (const line of this.#lines.values()) line.drop()
    this.#lines = new Map()
  }

  /** The lines of the addresses that are known by now; those of others are dropped. */
  #follow(): ReadonlyMap<string, Line> {
    const places = this.probed.flatMap(({ addresses, port, path }) =>
      addresses
        .flatMap((address) => (isIP(address) === 0 ? (this.#found.get(address) ?? []) : [address]))
        .map((address) => ({ name: placeName(address, port), address, port, path })),
    )
    const wanted = new Map(places.slice(0, mostAddresses).map((place) => [place.name, place]))
    for (const [name, line] of this.#lines) if (!wanted.has(name)) line.drop()
    const lines = [...wanted].map(
      ([name, place]) => [name, this.#lines.get(name) ?? this.#network.open(place)] as const,
    )
    return new Map(lines)
  }

  /** A name that cannot be resolved any more keeps its addresses: proxies keep theirs, too. */
  #resolve(now: number): void {
    this.#resolvedAt = now
    const names = new Set(this.probed.flatMap(({ addresses }) => addresses).filter((one) => isIP(one) === 0))
    for (const name of names) {
      this.#network.resolve(name).then(
        (addresses) => {
          if (this.#isClosed) return
          this.#troubles.delete(name)
          this.#found.set(
            name,
            [...addresses].filter((one) => isIP(one) > 0),
          )
          this.#isCurrent = false
        },
        (problem: unknown) => {
          const why = problem instanceof Error ? problem.message : problem
          this.#troubles.set(name, `${name} cannot be resolved: ${why}`)
        },
      )
    }
  }
}

const placeName = (address: string, port: number): string =>
  isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`
