import * as z from 'zod'
import { waitKinds } from '../core/policy/types.ts'
import { service, time } from './common.ts'

/** The words of the JSON API for policies. */

const port = z.int().nullable().describe('Null if this kind of route has no ports.')

export const tier = z
  .object({
    serves: z.boolean().describe('At least one of its backends gets traffic.'),
    members: z.array(
      z.object({
        service,
        port,
        weight: z
          .int()
          .min(0)
          .nullable()
          .describe('The weight that the policy declares, 0 for never; null: its backends share equally.'),
      }),
    ),
  })
  .meta({ id: 'Tier', description: 'Backends that serve together.' })

export const threshold = z
  .object({
    count: z.int().min(1),
    percent: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('Of the endpoints that are listed, or of `expected` if these are more.'),
    expected: z.int().min(1).optional().describe('How many endpoints there should be.'),
  })
  .meta({ id: 'Threshold', description: 'How many endpoints of a backend must be ready.' })

export const policy = z
  .object({
    tiers: z.array(tier).describe('In order: a later tier serves only if no earlier one can.'),
    minReady: z
      .int()
      .min(1)
      .describe('A backend with fewer ready endpoints is left while another tier has enough.'),
    minReadyShare: threshold
      .omit({ count: true })
      .optional()
      .describe('So much of its endpoints must be ready besides; absent if only their number counts.'),
    failbackMinReady: threshold
      .optional()
      .describe('What a lost backend needs besides before it gets traffic again; absent: no more.'),
    failbackAfterMs: z
      .int()
      .min(0)
      .describe('How long a lost backend must be ready, without a break, before it gets traffic again.'),
    failbackAtMostMs: z
      .int()
      .min(0)
      .optional()
      .describe('Each failover lately doubles `failbackAfterMs`, up to this; absent: it stays as it is.'),
    failoverAfterMs: z
      .int()
      .min(0)
      .optional()
      .describe('How long a backend that serves keeps its traffic with too few ready endpoints; absent: 0.'),
    failoverWhenDownMs: z.int().min(0).optional().describe('The same with none; absent: 0.'),
    isManual: z
      .literal(true)
      .optional()
      .describe(
        'Traffic goes back to a lost tier only if that is needed, or when a person has approved it; absent: by itself.',
      ),
  })
  .meta({ id: 'Policy', description: 'What the owner of a route asks for.' })

export const pause = z
  .object({
    until: time.nullable().describe('When it ends by itself; null if it does not.'),
    by: z.string().nullable().describe('Who paused the route; null if its annotations do not say it.'),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Pause', description: 'A pause of a route, by its annotations.' })

export const wait = z
  .object({
    what: z
      .enum(waitKinds)
      .describe(
        '`return`: the backend was lost, is ready again, and must stay ready for a while. `failover`: it serves, has too few ready endpoints, and is left if that stays so for a while. `approval`: it was lost, could serve again, and a person must approve that. `limit`: the limits of a FailoverPolicy hold up its move to the backend.',
      ),
    service,
    port,
    until: time
      .nullable()
      .describe('When the wait ends, if nothing happens meanwhile; null if that is not known here.'),
    lostAt: time.optional().describe('When its tier was lost; only if it waits for approval.'),
  })
  .meta({ id: 'Wait', description: 'What keeps a split from a move that it would make.' })
