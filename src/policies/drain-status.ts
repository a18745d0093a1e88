import * as z from 'zod'
import { counted } from '../base/counted.ts'
import { type Drain, localCluster } from './drain.ts'
import { isInEffect } from './drain-index.ts'

/** A route that still sends traffic to a drained backend, and why, as a sentence without its end. */
export interface LeftRoute {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly why: string
}

/** What has become of the routes with a backend that a Drain takes out. */
export interface DrainOutcome {
  /** How many send no traffic to one. */
  readonly moved: number
  /** How many still do. */
  readonly left: number
  /** The first of these, at most `mostLeft`. */
  readonly first: readonly LeftRoute[]
}

/** So many routes that could not move are named in the status. */
export const mostLeft = 10

const longestWhy = 512

const condition = z.object({
  type: z.string(),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
  message: z.string(),
  lastTransitionTime: z.string(),
  observedGeneration: z.number(),
})
type Condition = z.infer<typeof condition>

const leftRoute = z.object({ kind: z.string(), namespace: z.string(), name: z.string(), why: z.string() })

const statusSchema = z.object({
  observedGeneration: z.number(),
  conditions: z.array(condition),
  routes: z.object({ moved: z.number(), left: z.number() }).optional(),
  left: z.array(leftRoute).optional(),
})

/** The status of a Drain as the operator writes it. */
export type DrainStatus = z.infer<typeof statusSchema>

/** The status that is written in a Drain; `undefined` if there is none, or not one of the operator's. */
export const writtenStatus = (drain: Drain): DrainStatus | undefined =>
  statusSchema.safeParse(drain.status).data

/** The status that a Drain should have now; `undefined` if it has that already. */
export function statusDue(drain: Drain, outcome: DrainOutcome, now: Date): DrainStatus | undefined {
  const written = writtenStatus(drain)
  const isEffective = isInEffect(drain, now.getTime())
  const { moved, left, first } = outcome
  const conditions = [acceptedOf(drain), activeOf(drain, isEffective, outcome)].map(
    (fresh): Condition => ({
      ...fresh,
      lastTransitionTime: transitionTime(fresh, written) ?? secondsText(now),
      observedGeneration: drain.generation,
    }),
  )
  const due: DrainStatus = {
    observedGeneration: drain.generation,
    conditions,
    ...(isEffective ? { routes: { moved, left } } : {}),
    ...(isEffective && first.length > 0 ? { left: first.map(cut) } : {}),
  }
  return written && JSON.stringify(statusSchema.parse(due)) === JSON.stringify(written) ? undefined : due
}

type FreshCondition = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>

const acceptedOf = ({ problem }: Drain): FreshCondition =>
  problem === undefined
    ? { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'the operator follows it' }
    : { type: 'Accepted', status: 'False', reason: 'Invalid', message: `it takes nothing out: ${problem}` }

function activeOf(drain: Drain, isEffective: boolean, { moved, left }: DrainOutcome): FreshCondition {
  const active = (reason: string, message: string): FreshCondition => ({
    type: 'Active',
    status: isEffective ? 'True' : 'False',
    reason,
    message,
  })
  if (!drain.spec) return active('Invalid', 'it takes nothing out')
  if (!isEffective) return active('Expired', `it ended at ${secondsText(new Date(drain.spec.until))}`)
  if (left > 0)
    return active(
      'Draining',
      `${counted(left, 'route still sends', 'routes still send')} traffic to what it takes out`,
    )
  if (moved > 0) return active('Drained', 'no route sends traffic to what it takes out')
  return active('NothingMatches', `no controlled route has a backend in ${targetsText(drain.spec.from)}`)
}

/** How a sentence names what a Drain takes out. */
export const targetsText = (from: NonNullable<Drain['spec']>['from']): string =>
  from
    .map((target) => {
      if ('service' in target) return `the Service ${target.service}`
      return target.cluster === localCluster ? 'this cluster' : `the cluster ${target.cluster}`
    })
    .join(', ')

const cut = (route: LeftRoute): LeftRoute => ({ ...route, why: route.why.slice(0, longestWhy) })

/** When a condition came into the state that it is in, if it is in it already. */
const transitionTime = ({ type, status }: FreshCondition, written: DrainStatus | undefined) =>
  written?.conditions.find((one) => one.type === type && one.status === status)?.lastTransitionTime

/** A time in the form of `metav1.Time`. */
export const secondsText = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z')
