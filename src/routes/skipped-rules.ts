import { text } from '../base/json.ts'
import { quoted } from './policy/quoted.ts'
import { skipRulesAnnotation } from './route.ts'

/** Which rules of a Gateway API route its owner wants left alone. */
export interface SkippedRules {
  readonly indexes: ReadonlySet<number>
  /** What of the annotation is not used, in words for the owner. */
  readonly ignored: readonly string[]
}

const none: SkippedRules = { indexes: new Set(), ignored: [] }

/**
 * Reads `canary, 2`: names of rules, or their places as `spec.rules[2]` counts them. A name goes before a
 * place.
 */
export function readSkippedRules(annotated: string | undefined, rules: readonly unknown[]): SkippedRules {
  if (annotated === undefined) return none
  const names = rules.map((rule) => text(rule, 'name'))
  const indexes = new Set<number>()
  const ignored: string[] = []
  for (const entry of annotated.split(',').map((part) => part.trim())) {
    const found = placeOf(entry, names)
    if (found === undefined) ignored.push(unknownRule(entry, names))
    else indexes.add(found)
  }
  return { indexes, ignored }
}

function placeOf(entry: string, names: readonly string[]): number | undefined {
  const byName = entry === '' ? -1 : names.indexOf(entry)
  if (byName >= 0) return byName
  const index = /^\d{1,4}$/.test(entry) ? Number(entry) : names.length
  return index < names.length ? index : undefined
}

function unknownRule(entry: string, names: readonly string[]): string {
  const named = names.filter((name) => name !== '').slice(0, 8)
  const known = named.length === 0 ? 'no rule has a name' : `rules are: ${named.join(', ')}`
  return `annotation ${skipRulesAnnotation} has ${quoted(entry)}, which is ignored, because no rule has that name or number; ${known}`
}

/** A TrafficSplit has no rules that could be left alone. */
export const skipsNothing = (annotations: Readonly<Record<string, string>>): readonly string[] =>
  annotations[skipRulesAnnotation] === undefined
    ? []
    : [`annotation ${skipRulesAnnotation} is ignored, because a TrafficSplit has no rules; remove it`]
