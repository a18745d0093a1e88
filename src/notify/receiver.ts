import type { Allowance } from './address.ts'
import type { Notice, Transition } from './group.ts'
import type { Format } from './message.ts'
import type { Template } from './template.ts'

/** A receiver of notifications, as configured. */
export interface Receiver {
  readonly name: string
  readonly format: Format
  readonly template: Template
  readonly allowed: readonly Allowance[]
  readonly headers: Readonly<Record<string, string>>
  /** Read again for each attempt, since files with secrets change; they reject if the file cannot be read. */
  readonly url: () => Promise<string>
  readonly secret: (() => Promise<string>) | undefined
  readonly bearerToken: (() => Promise<string>) | undefined
  readonly filter: Filter
}

/**
 * Which transitions are sent to a receiver; an empty list means all, but findings are sent only to who asks
 * for them.
 */
export interface Filter {
  readonly namespaces: readonly string[]
  readonly kinds: readonly string[]
  readonly transitions: readonly Notice[]
}

export function wants({ namespaces, kinds, transitions }: Filter, { route, notice }: Transition): boolean {
  if (transitions.length === 0 && notice === 'finding') return false
  const has = <T>(list: readonly T[], value: T) => list.length === 0 || list.includes(value)
  return has(namespaces, route.namespace) && has(kinds, route.kind) && has(transitions, notice)
}
