import * as z from 'zod'
import { ruleNames } from '../core/decide.ts'
import { findingReasons } from '../routes/finding.ts'
import { revision, routeState, service, time } from './common.ts'
import type { drain } from './drain-schema.ts'
import { pause, policy, type threshold, wait } from './policy.ts'
import { status } from './status-schema.ts'

/**
 * The words of the JSON API: types, checks and the OpenAPI document all follow from here. Times are RFC 3339
 * in UTC; what is not known is `null`, never absent.
 */

export const rule = z.enum(ruleNames)

const routeName = {
  apiVersion: z.string(),
  kind: z
    .string()
    .describe('Unique among all kinds: includes the group if two groups have a kind of this name.'),
  namespace: z.string(),
  name: z.string(),
}

export const readiness = z
  .object({
    state: z.enum(['ready', 'down', 'unknown']),
    ready: z.int().min(0).nullable().describe('Ready endpoints; null if unknown.'),
    total: z.int().min(0).nullable().describe('All endpoints; null if unknown.'),
    why: z
      .string()
      .describe(
        'Why, for people: which objects say so or, if unknown, which object is missing and in which cluster.',
      ),
  })
  .meta({ id: 'Readiness' })

const cluster = z
  .string()
  .nullable()
  .describe('The cluster that the Service is mirrored from; null for this cluster.')

const where = z
  .string()
  .nullable()
  .describe('Which split of its route this is, for example `spec.rules[1]`; null if the route has only one.')

const due = z.boolean().describe('The weights do not match the decision yet.')

export const member = z
  .object({
    service,
    cluster: cluster.describe('The cluster that it is in; null for this cluster.'),
    readiness,
  })
  .meta({ id: 'Member', description: 'A Service from which a backend takes its endpoints.' })

export const backend = z
  .object({
    service,
    port: z.int().nullable().describe('Null if this kind of route has no ports.'),
    weight: z.number().min(0).nullable().describe('The weight in the object; null if the object has none.'),
    active: z.boolean().describe('Whether it gets traffic: its weight is above zero.'),
    primary: z.boolean(),
    tier: z
      .int()
      .min(0)
      .nullable()
      .describe(
        'Its place in the order of the policy, 0 first; null if the split has no policy, or it is in no tier.',
      ),
    drained: z
      .string()
      .nullable()
      .describe('The Drain that takes it out, as namespace/name; null if none does.'),
    readiness,
    cluster,
    members: z
      .array(member)
      .describe(
        'The Services from which a federated Service, or one in remote discovery, takes its endpoints; else empty.',
      ),
  })
  .meta({ id: 'Backend' })

export const split = z
  .object({
    where,
    primary: service.nullable(),
    decision: z.enum(['primary', 'failover', 'hold']),
    rule,
    state: routeState,
    due,
    sentence: z.string(),
    policy: policy.nullable().describe('Null if its owner asks for nothing beyond a primary.'),
    waits: wait.nullable().describe('Null if it waits for nothing.'),
    backends: z.array(backend),
  })
  .meta({ id: 'Split', description: 'One list of weighted backends inside a route.' })

export const finding = z
  .object({
    reason: z.enum(findingReasons).describe('The same as the reason of the Event.'),
    message: z.string().describe('What is wrong, where, and what to do.'),
  })
  .meta({
    id: 'Finding',
    description: 'Something around the route is wrong, so it may not do what its owner expects.',
  })

export const refusal = z
  .object({ message: z.string(), count: z.int().min(1).describe('The number of refusals in a row.') })
  .meta({ id: 'Refusal', description: 'The API server refused to write the weights; the operator retries.' })

export const route = z
  .object({
    ...routeName,
    state: routeState,
    due,
    sentence: z
      .string()
      .describe(
        'Why the route is in this state, for people. Of several splits, the sentence of the one in the worst state.',
      ),
    since: time
      .nullable()
      .describe(
        'When the route entered this state; null if that was before `sinceBefore`, and nothing shows when.',
      ),
    sinceBefore: time
      .nullable()
      .describe(
        'If `since` is null: the earliest time at which the route is known to have been in this state already, by its object, Events, or `firstSeen`.',
      ),
    firstSeen: time.describe('When the operator that answers looked at the route for the first time.'),
    revision,
    apexes: z
      .array(service)
      .describe('The Services that clients call; the route applies to requests to them.'),
    pause: pause.nullable().describe('Null if the route is not paused.'),
    splits: z.array(split),
    findings: z.array(finding).describe('What is wrong with the route or around it; empty if nothing is.'),
    refusal: refusal.nullable(),
  })
  .meta({ id: 'Route', description: 'The present state of a route.' })

export const entry = z
  .object({
    id: z.string().describe('The same id is in the log, the Event, the timeline and the notification.'),
    revision,
    at: time,
    what: z
      .enum(['failover', 'failback', 'redistribute', 'hold', 'release', 'finding', 'awaiting-return', 'end'])
      .describe(
        'A transition, or a `hold` that began, or a hold that ended without a write (`release`). Or of the route: something was found wrong around it (`finding`), it could go back to a lost tier if a person approved that (`awaiting-return`), or the operator does not control it any more (`end`).',
      ),
    route: z.object(routeName),
    rule: rule.nullable().describe('Null for what happened to the route.'),
    state: routeState.describe(
      'The state of these splits after it; of a route that has ended, its last one.',
    ),
    sentence: z.string(),
    splits: z
      .array(
        z.object({
          where,
          backends: z.array(
            z.object({
              service,
              from: z.number().min(0).nullable().describe('Weight before.'),
              to: z.number().min(0).nullable().describe('Weight after.'),
              readiness,
            }),
          ),
        }),
      )
      .describe('The splits that changed, all for the same reason; empty for what happened to the route.'),
    cluster: cluster.describe('The cluster that the primary is mirrored from; null for this cluster.'),
    reactionMs: z
      .number()
      .min(0)
      .nullable()
      .describe('Time from when the operator learned of the cause to the answer to its write.'),
    fromEvents: z
      .boolean()
      .describe(
        'Read back from an Event of an earlier process or of another replica: without splits, rule and reaction time.',
      ),
  })
  .meta({ id: 'TimelineEntry', description: 'One entry of the timeline.' })

export const routeList = z
  .object({
    items: z.array(route),
    total: z.int().min(0).describe('Routes that match the filter, on all pages.'),
    continue: z.string().nullable().describe('Token for the next page; null on the last page.'),
    revision,
  })
  .meta({ id: 'RouteList' })

export const routeDetail = z
  .object({
    route: route.nullable().describe('Null if the operator controlled it and does not any more.'),
    history: z.array(entry).describe('The timeline of this route, newest first; at most 100 entries.'),
    yaml: z
      .string()
      .describe('The part of the object that the operator may change, as YAML; empty if `route` is null.'),
    kubectl: z.string().describe('A kubectl command that shows the whole object and its Events.'),
  })
  .meta({ id: 'RouteDetail' })

export const timeline = z
  .object({
    items: z.array(entry).describe('Newest first.'),
    before: z.string().nullable().describe('Token for the next, older page; null on the last page.'),
    revision,
  })
  .meta({ id: 'Timeline' })

export const problem = z.object({ error: z.string() }).meta({ id: 'Problem' })

export const reset = z.object({ reason: z.enum(['start', 'forgotten']) }).meta({
  id: 'Reset',
  description: 'Load everything again: sent at the start, or when the reader missed too much.',
})

export const gone = z
  .object({ kind: z.string(), namespace: z.string(), name: z.string(), revision })
  .meta({ id: 'Gone', description: 'The operator no longer controls this route.' })

/**
 * What the stream sends, by the name of the event; `status` comes at the start and every 5 s, as a heartbeat.
 */
export const streamEvents = { reset, route, gone, timeline: entry, status } as const

export type RouteItem = z.infer<typeof route>
/** What any reader of the cluster can find out about a route; the rest only the operator remembers. */
export type RouteFacts = Omit<RouteItem, 'revision' | 'firstSeen' | 'refusal' | 'findings'>
export type FindingItem = z.infer<typeof finding>
export type SplitItem = z.infer<typeof split>
export type BackendItem = z.infer<typeof backend>
export type WaitItem = z.infer<typeof wait>
export type Threshold = z.infer<typeof threshold>
export type MemberItem = z.infer<typeof member>
export type EntryItem = z.infer<typeof entry>
export type DrainItem = z.infer<typeof drain>
export type Status = z.infer<typeof status>
export type RouteList = z.infer<typeof routeList>
export type RouteDetail = z.infer<typeof routeDetail>
export type TimelinePage = z.infer<typeof timeline>
