import type { Clock } from '../../base/clock.ts'
import { child, text } from '../../base/json.ts'
import { holderOf, type LeaseObject } from './lease-record.ts'

/**
 * What the holder of a lease works on. Replicas of different scopes must not share a lease: one of them never
 * leads.
 */
export interface LeaseScope {
  /** The annotation of the lease in which its holder writes the scope. */
  readonly annotation: string
  readonly value: string
  /** Called once when a holder of another scope has had the lease for a minute without a break. */
  readonly onOther: (scope: string, holder: string) => void
}

/** Longer than a rollout that changes the scope: the old Pod leads until the new one is ready. */
const patienceMs = 60_000

/** The metadata of a lease, with the scope of its holder. */
export function withScope(
  metadata: Readonly<Record<string, unknown>>,
  scope: LeaseScope | undefined,
): Readonly<Record<string, unknown>> {
  if (!scope) return metadata
  const annotations = { ...child(metadata, 'annotations'), [scope.annotation]: scope.value }
  return { ...metadata, annotations }
}

/** Notices a holder of another scope. */
export class ScopeWatch {
  readonly #scope: LeaseScope | undefined
  readonly #clock: Clock
  #other = ''
  #since = 0
  #isReported = false

  constructor(scope: LeaseScope | undefined, clock: Clock) {
    this.#scope = scope
    this.#clock = clock
  }

  /**
   * Looks at the lease as it was read just now. A holder that does not write its scope is taken for one of
   * ours.
   */
  see(lease: LeaseObject): void {
    if (!this.#scope) return
    const { annotation, value, onOther } = this.#scope
    const holder = holderOf(lease)
    const written = text(child(lease.metadata, 'annotations'), annotation)
    const other = holder === '' || written === value ? '' : written
    if (other !== this.#other) {
      this.#other = other
      this.#since = this.#clock.now()
      this.#isReported = false
    }
    if (other === '' || this.#isReported || this.#clock.now() - this.#since < patienceMs) return
    this.#isReported = true
    onOther(other, holder)
  }
}
