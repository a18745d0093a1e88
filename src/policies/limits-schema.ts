import * as z from 'zod'
import { type Rule, ruled } from './schema-parts.ts'

/** What holds up moves that are not needed, of all routes together. */
export const limitsSchema = z.object({
  // The API server takes 0 for no less than 0.01: it compares whole numbers with whole numbers.
  movesPerSecond: ruled(z.number().min(0.01).max(1000), {
    rule: 'self > 0.0',
    message: 'must be above 0',
    holds: (perSecond) => perSecond > 0,
  })
    .optional()
    .describe(
      'So many routes may move to backends of one cluster each second; as many as want to by default.',
    ),
  stopAtPercent: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'If more than so much of all routes, and at least 10, want to leave backends that serve within a minute, none does.',
    ),
})

interface Limited {
  readonly targetRefs: readonly { readonly kind: string }[]
  readonly limits?: unknown
}

/** They are for all routes together. */
export const limitsForMesh: Rule<Limited> = {
  rule: "!has(self.limits) || self.targetRefs.all(t, t.kind == 'Mesh')",
  message: 'limits are for all routes together, so every target must be the Mesh',
  holds: ({ targetRefs, limits }) => limits === undefined || targetRefs.every(({ kind }) => kind === 'Mesh'),
}
