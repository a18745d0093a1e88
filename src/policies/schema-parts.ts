import * as z from 'zod'

/** A rule of the API server (CEL) for a field, and what it says to who breaks it. */
export interface Rule {
  readonly rule: string
  readonly message: string
}

/** The rules of a field, in the words of a definition. */
export const checkedBy = (...rules: readonly Rule[]) => ({ 'x-kubernetes-validations': rules })

/** How a list is merged: as a whole, by its entries, or by some of their fields. */
export const atomicList = { 'x-kubernetes-list-type': 'atomic' }
export const setList = { 'x-kubernetes-list-type': 'set' }
export const mapList = (...keys: readonly string[]) => ({
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
})

/** A condition as `metav1.Condition` has it. */
export const conditionSchema = z.object({
  type: z.string().max(316),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().min(1).max(1024),
  message: z.string().max(32768),
  lastTransitionTime: z.string().meta({ format: 'date-time' }),
  observedGeneration: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
})
export type Condition = z.infer<typeof conditionSchema>

export const conditionsSchema = z.array(conditionSchema).max(8).meta(mapList('type'))

/** A duration as Gateway API writes it (GEP-2257), of at most 24 hours. */
export const durationSchema = z
  .string()
  .max(28)
  .regex(/^([0-9]{1,5}(h|m|s|ms)){1,4}$/)
  .meta(checkedBy({ rule: "duration(self) <= duration('24h')", message: 'at most 24h' }))
