import type { BackendItem, SplitItem } from '../live/api.ts'
import { sentenceOf, shortService } from './route.ts'

type Readiness = BackendItem['readiness']

/** What the operator believes of a backend, or of a Service from which a backend takes its endpoints. */
export interface Belief {
  readonly service: string
  /** `null` for this cluster. */
  readonly cluster: string | null
  readonly isPrimary: boolean
  /** It belongs to the backend above it. */
  readonly isMember: boolean
  readonly readiness: Readiness
  readonly why: string
}

/** Each backend of a split, followed by its members. */
export function beliefsOf({ backends }: SplitItem, namespace: string): Belief[] {
  const belief = ({ service, cluster, readiness }: BackendItem['members'][number]) => ({
    service: shortService(service, namespace),
    cluster,
    readiness,
    why: sentenceOf({ sentence: readiness.why, namespace }),
  })
  return backends.flatMap((backend) => [
    { ...belief(backend), isPrimary: backend.primary, isMember: false },
    ...backend.members.map((member) => ({ ...belief(member), isPrimary: false, isMember: true })),
  ])
}

export function readyWords({ state, ready, total }: Readiness): string {
  if (state === 'unknown') return 'readiness unknown'
  return total === 0 ? 'no endpoints' : `${ready} of ${total} ready`
}

/** The same with the reason, if nothing is known. */
export const fullReadyWords = (readiness: Readiness): string =>
  readiness.state === 'unknown' ? `${readyWords(readiness)}: ${readiness.why}` : readyWords(readiness)
