import type { Answer } from './network.ts'

/** What one address has said in a round: nothing yet, an answer, or nothing that counts. */
type Said = Answer | 'waiting' | 'void'

/** What the addresses of one gateway have said. */
type Words = Map<string, Said>

/**
 * What a round says of one gateway. `witness`: whether the gateway of another cluster answered in the same
 * round, or there is no other.
 */
export type Verdict =
  | { readonly kind: 'answered' }
  | { readonly kind: 'void' }
  | { readonly kind: 'missed'; readonly trouble: string; readonly witness: 'other' | 'none' | 'alone' }

/**
 * All gateways, asked in one moment. So each is compared with the others as of the same moment: one that
 * fails while another answers has failed itself, and if all fail, it may be the operator's own network.
 */
export class Round {
  /** By cluster. */
  readonly #asked = new Map<string, Words>()

  /** `gateways`: the addresses of each, by cluster. */
  constructor(gateways: Iterable<readonly [cluster: string, addresses: Iterable<string>]>) {
    for (const [cluster, addresses] of gateways) {
      const words: Words = new Map()
      for (const address of addresses) words.set(address, 'waiting')
      this.#asked.set(cluster, words)
    }
  }

  /** Takes what an address has said; only its first word counts. */
  hear(cluster: string, address: string, said: Answer | 'void'): void {
    const words = this.#asked.get(cluster)
    if (words?.get(address) === 'waiting') words.set(address, said)
  }

  /** The addresses that have said nothing yet. */
  *waiting(): Iterable<{ readonly cluster: string; readonly address: string }> {
    for (const [cluster, words] of this.#asked)
      for (const [address, word] of words) if (word === 'waiting') yield { cluster, address }
  }

  /** What can be said of a gateway by now; `undefined`: nothing yet, or it is not part of this round. */
  verdictOn(cluster: string): Verdict | undefined {
    const mine = this.#asked.get(cluster)
    if (!mine) return undefined
    const own = summaryOf(mine)
    if (own === 'waiting') return undefined
    if (own === 'answered' || own === 'void') return { kind: own }
    const others = [...this.#asked.values()].filter((words) => words !== mine).map(summaryOf)
    if (others.includes('answered')) return { kind: 'missed', ...own, witness: 'other' }
    if (others.includes('waiting')) return undefined
    return { kind: 'missed', ...own, witness: others.length === 0 ? 'alone' : 'none' }
  }
}

/** A gateway answers if one of its addresses does, and is missed only if each of them is. */
function summaryOf(words: Words): 'answered' | 'waiting' | 'void' | { readonly trouble: string } {
  const all = [...words.values()]
  if (all.includes('answers')) return 'answered'
  if (all.includes('waiting')) return 'waiting'
  if (all.includes('void') || all.length === 0) return 'void'
  const troubles = [...words].flatMap(([address, word]) =>
    typeof word === 'string' ? [] : [`${address}: ${word.trouble}`],
  )
  return { trouble: troubles.join(', ') }
}
