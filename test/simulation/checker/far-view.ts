import type { Mark } from '../network/timeline.ts'
import type { GatewayWord } from './gateway-view.ts'

/** What a process has read of one namespace of the other cluster. */
export interface NamespaceKnowledge {
  /** The Services of which it has a complete list. */
  readonly names: ReadonlySet<string>
  /** Up to where it knows all. */
  readonly mark: Mark
  /** Its watch broke, and nothing was listed since. */
  readonly isLost: boolean
  /** Its watch ended in good order: it may go on with what it has, or take that for lost. */
  readonly isDoubtful: boolean
}

/** What a process has read of the other cluster, and with which credentials. */
export interface FarKnowledge {
  readonly credentials: string | undefined
  readonly namespaces: ReadonlyMap<string, NamespaceKnowledge>
}

/** What a process can have read of the other cluster when it sent something. */
export interface FarSent {
  readonly knowledge: readonly FarKnowledge[]
  /** The moment of the other cluster then. */
  readonly moment: number
  /** What its probes can have said of the gateway. */
  readonly gateway: readonly GatewayWord[]
}

const nothing: FarKnowledge = { credentials: undefined, namespaces: new Map() }

/**
 * What a process knows of the other cluster. At the moment of a change it may not have taken the change in, so for
 * that moment there is more than one answer.
 */
export class FarView {
  /** The last is what it is now, the others what it was at the beginning of this moment. */
  #knowledge: readonly FarKnowledge[] = [nothing]
  #changedAt = 0

  /** All that it can be at this time. */
  at(now: number): readonly FarKnowledge[] {
    return now === this.#changedAt ? this.#knowledge : [this.#latest]
  }

  /** It connects, and forgets what it has read by another connection. */
  connected(credentials: string, now: number): void {
    this.#become({ credentials, namespaces: new Map() }, now)
  }

  closed(credentials: string, now: number): void {
    if (this.#latest.credentials === credentials) this.#become(nothing, now)
  }

  /** What was read of a namespace by a connection, or cannot be read any more, is another than before. */
  change(
    credentials: string,
    namespace: string,
    to: (before: NamespaceKnowledge | undefined) => NamespaceKnowledge | undefined,
    now: number,
  ): void {
    if (this.#latest.credentials !== credentials) return
    const namespaces = new Map(this.#latest.namespaces)
    const next = to(namespaces.get(namespace))
    if (next) namespaces.set(namespace, next)
    else namespaces.delete(namespace)
    this.#become({ credentials, namespaces }, now)
  }

  get #latest(): FarKnowledge {
    return this.#knowledge.at(-1) ?? nothing
  }

  #become(next: FarKnowledge, now: number): void {
    this.#knowledge = [...this.at(now), next]
    this.#changedAt = now
  }
}
