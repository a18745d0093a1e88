import * as z from 'zod'
import { revision, routeState, time } from './common.ts'
import { drain } from './drain-schema.ts'

export const status = z
  .object({
    version: z.string(),
    instance: z.string().describe('The Pod that answered this request.'),
    role: z
      .enum(['leader', 'standby', 'alone'])
      .describe('`alone`: leader election is off, and this Pod writes.'),
    leader: z.string().nullable().describe('The leader Pod, as far as this Pod knows; null if unknown.'),
    time: time.describe('The present time by the clock of the operator.'),
    startedAt: time,
    ready: z.boolean().describe('Whether every watch has received a complete list.'),
    revision,
    watches: z.array(
      z.object({ name: z.string(), state: z.string(), synced: z.boolean(), objects: z.int().min(0) }),
    ),
    gateways: z
      .array(
        z.object({
          cluster: z.string(),
          state: z
            .enum(['pending', 'up', 'down', 'unsure'])
            .describe('`pending`: not known yet; `unsure`: nothing can be said of it.'),
          since: time,
          trouble: z.string().describe('Why it is not up; empty if it is.'),
        }),
      )
      .describe('The gateways of linked clusters that the operator probes; empty if it probes none.'),
    drains: z
      .array(drain)
      .describe('Drains in effect, the one that ends first first; then those that are over. At most 100.'),
    routes: z.record(routeState, z.int().min(0)).describe('Number of routes in each state.'),
    withFindings: z.int().min(0).describe('Number of routes with a finding.'),
    reactions: z
      .array(z.object({ at: time, ms: z.number().min(0) }))
      .describe('Reaction times of the last transitions, newest first.'),
  })
  .meta({ id: 'Status', description: 'The state of the operator.' })
