import * as z from 'zod'
import { parseDuration } from '../base/duration.ts'

/** A rule for a field. The API server checks it in its own language (CEL), every other reader by `holds`. */
export interface Rule<T> {
  readonly rule: string
  /** What whoever breaks it reads. */
  readonly message: string
  readonly holds: (value: T) => boolean
}

/**
 * A field with its rules: in its definition for the API server, and in its schema for objects that no API
 * server has seen.
 */
export function ruled<T extends z.ZodType>(schema: T, ...rules: readonly Rule<z.output<T>>[]): T {
  let checked = schema
  for (const { holds, message } of rules) checked = checked.refine(holds, message)
  const validations = rules.map(({ rule, message }) => ({ rule, message }))
  return checked.meta({ 'x-kubernetes-validations': validations })
}

/** True if no key is there twice. */
export const areUnique = (keys: readonly string[]): boolean => new Set(keys).size === keys.length

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

/**
 * A duration as Gateway API writes it (GEP-2257), of at most 24 hours. A pattern, not `format: duration`: with that
 * the API server reads 1.5d as five days (`findings/crd-duration-reads-other-times.sh`).
 */
export const durationSchema = ruled(
  z
    .string()
    .max(28)
    .regex(/^([0-9]{1,5}(h|m|s|ms)){1,4}$/, 'must be a duration, such as 60s or 1m30s'),
  {
    rule: "duration(self) <= duration('24h')",
    message: 'must be a duration of at most 24h',
    holds: (text) => parseDuration(text) !== undefined,
  },
)
