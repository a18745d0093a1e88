import * as z from 'zod'
import type { Rule } from './schema-parts.ts'

/** What holds up moves that are not needed, of all routes together. */
export const limitsSchema = z.object({
  movesPerSecond: z
    .number()
    .min(0.01)
    .max(1000)
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
