import * as z from 'zod'
import { time } from './common.ts'

/** A Drain in the JSON API. */
export const drain = z
  .object({
    namespace: z.string(),
    name: z.string(),
    scope: z
      .enum(['all', 'namespace'])
      .describe('Whose traffic it moves: of all routes, or of the routes of its namespace.'),
    from: z
      .array(
        z.object({
          cluster: z.string().nullable().describe('All Services of this cluster; `Local` for this one.'),
          service: z.string().nullable().describe('One Service, as namespace/name.'),
        }),
      )
      .describe('What it takes out; each item names a cluster or a Service.'),
    reason: z.string(),
    lastResort: z
      .enum(['Allow', 'Never'])
      .describe('Whether what it takes out serves while nothing else is ready.'),
    since: time.describe('When it was created.'),
    until: time.describe('When it ends by itself.'),
    endedAt: time.nullable().describe('Null while it is in effect.'),
    routes: z
      .object({
        moved: z.int().min(0).describe('Routes that send no traffic to what it takes out.'),
        left: z.int().min(0).describe('Routes that still do.'),
      })
      .describe('Routes with a backend that it takes out; none when it is over.'),
  })
  .meta({ id: 'Drain', description: 'Backends that are taken out on purpose, for a while.' })

export type DrainItem = z.infer<typeof drain>
