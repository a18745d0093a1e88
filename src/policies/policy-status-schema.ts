import * as z from 'zod'
import { atomicList, conditionsSchema } from './schema-parts.ts'

/** The longest reason that a status has (characters). */
export const longestWhy = 512
/** Parts of a route that a status has at most: a route of the Gateway API has no more. */
export const mostSplits = 16
const count = (description: string) => z.int().min(0).max(Number.MAX_SAFE_INTEGER).describe(description)
const time = (description: string) => z.string().optional().meta({ format: 'date-time', description })

const splitSchema = z.object({
  where: z.string().optional().describe('Which of several rules of the route this is: `spec.rules[1]`.'),
  tier: count('The tier that serves: 1 is the first. 0: none of the tiers.'),
  since: time('Since when this tier serves, as far as this operator knows.'),
  lostTime: time(
    'When an earlier tier was lost for which nobody has approved a return since; only with failback.mode Manual.',
  ),
  waits: z
    .string()
    .optional()
    .describe(
      'What it waits for: `return`, to go back to a lost backend; `failover`, to leave one with too few; `approval`, for a person who approves a return; `limit`, for its turn by the limits of the Mesh.',
    ),
  until: time('When it moves, if all stays as it is.'),
  why: z
    .string()
    .max(longestWhy)
    .describe('Why it is so. How many endpoints are ready is of the moment when that began.'),
})

const ancestorSchema = z.object({
  ancestorRef: z.object({ group: z.string(), kind: z.string(), namespace: z.string(), name: z.string() }),
  controllerName: z.string(),
  conditions: conditionsSchema,
  splits: z.array(splitSchema).max(mostSplits).meta(atomicList),
})

/** The status of a FailoverPolicy: the source of its definition, too. */
export const policyStatusSchema = z
  .object({
    observedGeneration: count('The generation of the spec that this is about.'),
    conditions: conditionsSchema.describe(
      'Accepted: it makes sense and applies to its targets. Programmed: routes follow it. OnFirstTier: no traffic of theirs goes to a later tier. MassEvent: its limits hold too many moves at once.',
    ),
    routes: z
      .object({
        total: count('Routes that follow a section of it. All of this is as it would be for a DryRun.'),
        away: count('Of these, routes that are not on their first tier.'),
        waiting: count('Of these, routes that wait before traffic moves.'),
        dark: count('Of these, routes of which nothing is ready.'),
      })
      .optional()
      .describe('How many routes it affects, and how they are.'),
    ancestors: z
      .array(ancestorSchema)
      .max(16)
      .optional()
      .meta({ ...atomicList, description: 'The routes that it targets by name, and how each is served.' }),
  })
  .describe('Written by the operator.')

/** The status of a FailoverPolicy as the operator writes it. */
export type PolicyStatus = z.infer<typeof policyStatusSchema>
