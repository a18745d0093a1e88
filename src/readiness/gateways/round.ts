import type { Answer } from './network.ts'

/** What one address has said in a round: nothing yet, an answer, or nothing that counts. */
type Said = Answer | 'waiting' | 'void'

/** One gateway in a round. */
export interface Asked {
  readonly cluster: string
  /** By address. */
  readonly said: Map<string, Said>
}

/**
 * What a round says of one gateway. `witness`: whether the gateway of another cluster answered in the same round, or
 * there is no other.
 */
export type Verdict =
  | { readonly kind: 'answered' }
  | { readonly kind: 'void' }
  | { readonly kind: 'missed'; readonly trouble: string; readonly witness: 'other' | 'none' | 'alone' }

/**
 * All gateways, asked in one moment. So each is compared with the others as of the same moment: one that fails
 * while another answers has failed itself, and if all fail, it may be the operator's own network.
 */
export class Round {
  readonly #asked: readonly Asked[]

  constructor(gateways: ReadonlyMap<string, readonly string[]>) {
    this.#asked = [...gateways].map(([cluster, addresses]) => ({
      cluster,
      said: new Map(addresses.map((address) => [address, 'waiting'])),
    }))
  }

  /** Takes what an address has said; only its first word counts. */
  hear(cluster: string, address: string, said: Answer | 'void'): void {
    const asked = this.#asked.find((one) => one.cluster === cluster)
    if (asked?.said.get(address) === 'waiting') asked.said.set(address, said)
  }

  /** The addresses that have said nothing yet. */
  *waiting(): Iterable<{ readonly cluster: string; readonly address: string }> {
    for (const { cluster, said } of this.#asked)
      for (const [address, word] of said) if (word === 'waiting') yield { cluster, address }
  }

  /** What can be said of a gateway by now; `undefined`: nothing yet, or it is not part of this round. */
  verdictOn(cluster: string): Verdict | undefined {
    const mine = this.#asked.find((one) => one.cluster === cluster)
    if (!mine) return undefined
    const own = summaryOf(mine)
    if (own === 'waiting') return undefined
    if (own === 'answered' || own === 'void') return { kind: own }
    const others = this.#asked.filter((one) => one !== mine).map(summaryOf)
    if (others.includes('answered')) return { kind: 'missed', ...own, witness: 'other' }
    if (others.includes('waiting')) return undefined
    return { kind: 'missed', ...own, witness: others.length === 0 ? 'alone' : 'none' }
  }
}

/** A gateway answers if one of its addresses does, and is missed only if each of them is. */
function summaryOf({ said }: Asked): 'answered' | 'waiting' | 'void' | { readonly trouble: string } {
  const words = [...said.values()]
  if (words.includes('answers')) return 'answered'
  if (words.includes('waiting')) return 'waiting'
  if (words.includes('void') || words.length === 0) return 'void'
  const troubles = [...said].flatMap(([address, word]) =>
    typeof word === 'string' ? [] : [`${address}: ${word.trouble}`],
  )
  return { trouble: troubles.join(', ') }
}
