import * as z from 'zod'
import { issueText } from './issue-words.ts'
import { placeIn } from './object.ts'

/** The parts of a JSON schema that say which fields an object may have. */
interface Fields {
  readonly properties?: { readonly [name: string]: Fields | boolean } | undefined
  readonly items?: unknown
}

/** What is wrong with a part of an object, in words for its author. */
export interface Problem {
  /** Its place: `spec.tiers[0].rest`. */
  readonly field: string
  readonly message: string
}

/**
 * All that is wrong with the spec of an object that no API server has seen, as one would refuse it: wrong values, and fields
 * that do not exist.
 */
export function problemsOf(schema: z.ZodType, spec: unknown): readonly Problem[] {
  const parsed = schema.safeParse(spec)
  const found = new Map<string, string>()
  for (const field of unknownFields(spec, z.toJSONSchema(schema, { io: 'input' }), 'spec'))
    found.set(field, 'there is no such field')
  for (const issue of parsed.success ? [] : parsed.error.issues) {
    const field = `spec${placeIn(issue.path)}`
    if (!found.has(field)) found.set(field, issueText(issue))
  }
  return [...found].map(([field, message]) => ({ field, message }))
}

function* unknownFields(value: unknown, { properties, items }: Fields, at: string): Iterable<string> {
  if (Array.isArray(value) && isFields(items))
    for (const [index, entry] of value.entries()) yield* unknownFields(entry, items, `${at}[${index}]`)
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !properties) return
  for (const [name, field] of Object.entries(value)) {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (known === undefined) yield `${at}.${name}`
    else if (isFields(known)) yield* unknownFields(field, known, `${at}.${name}`)
  }
}

const isFields = (schema: unknown): schema is Fields => typeof schema === 'object' && schema !== null
