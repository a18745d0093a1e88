import type * as z from 'zod'

const types: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
}

/** What is wrong with a value, as `PLACE: SENTENCE`; `values` is what was checked. */
export function valueProblem(issue: z.core.$ZodIssue, values: unknown): string {
  const given = issue.path.reduce<unknown>(childOf, values)
  return `${issue.path.join('.') || 'values'}: ${sentenceOf(issue, given)}`
}

function sentenceOf(issue: z.core.$ZodIssue, given: unknown): string {
  if (issue.code === 'unrecognized_keys') return `there is no value ${issue.keys.map(quoted).join(', ')}`
  // Of several types, each says the same by itself.
  const [first] = issue.code === 'invalid_union' ? (issue.errors[0] ?? []) : []
  if (first) return sentenceOf(first, given)
  const must = mustBe(issue)
  if (must === undefined) return issue.message
  if (given === undefined) return `must be ${must}; it has no value (null removes the default)`
  const hint = must === types.string ? '; put it in quotes, or use --set-string' : ''
  return `must be ${must}, not ${JSON.stringify(given)}${hint}`
}

/** `undefined`: the message itself says it, in the schema's own words. */
function mustBe(issue: z.core.$ZodIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return types[issue.expected] ?? issue.expected
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`
    case 'too_small':
      return issue.origin === 'string' ? 'a text that is not empty' : `at least ${issue.minimum}`
    case 'too_big':
      return `at most ${issue.maximum}`
    default:
      return undefined
  }
}

const quoted = (key: string): string => JSON.stringify(key)

const childOf = (value: unknown, key: PropertyKey): unknown =>
  typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined
