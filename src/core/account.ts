import type { Backend, Readiness, ServiceKey } from './types.ts'
import { readinessText } from './words.ts'

/** What is believed of a backend, with its reasons: for people, so it is made only when they ask. */
export interface Account {
  readonly readiness: Readiness
  /** Why that is believed, as a sentence without its end. */
  readonly why: string
  /** The Services from which it takes its endpoints, if these are not its own. */
  readonly members: readonly MemberAccount[]
}

/** The same of one Service that a backend takes its endpoints from. */
export interface MemberAccount {
  readonly service: ServiceKey
  /** The cluster that it is in; `undefined` for this one. */
  readonly cluster: string | undefined
  readonly readiness: Readiness
  readonly why: string
}

export type AccountOf = (backend: Backend) => Account

/** An account that knows no more than the readiness of a Service. */
export const accountOf = (service: ServiceKey, readiness: Readiness): Account => ({
  readiness,
  why: readinessText(service, readiness),
  members: [],
})
