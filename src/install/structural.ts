import type { IJSONSchemaProps } from 'kubernetes-models/apiextensions.k8s.io/v1/JSONSchemaProps'
import * as z from 'zod'

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

const structuralSchema = z.custom<IJSONSchemaProps>(isObject)

/** A schema as the definition of a kind has it. Source: Kubernetes, "Specifying a structural schema". */
export const structural = (schema: z.ZodType): IJSONSchemaProps =>
  structuralSchema.parse(cleaned(z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })))

/** The API server drops unknown fields anyway, and refuses a schema that says so itself. */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key, inner]) => !isSuperfluous(key, inner))
  return Object.fromEntries(entries.map(([key, inner]) => [key, cleaned(inner)]))
}

const isSuperfluous = (key: string, value: unknown): boolean =>
  key === '$schema' ||
  (key === 'additionalProperties' && value === false) ||
  (key === 'properties' && isObject(value) && Object.keys(Object(value)).length === 0)
