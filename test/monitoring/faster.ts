import type { ruleGroups } from '../../src/install/objects/alert-rules.ts'

export type RuleGroup = ReturnType<typeof ruleGroups>[number]

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 }

/**
 * The same rules in a faster world, so that a test need not wait for an hour: whatever they wait for (`for:`) and
 * look back upon (`[10m]`) lasts `factor` times less. Thresholds stay: what is counted in a window of the faster
 * world must come so much faster too.
 */
export const faster = (group: RuleGroup, factor: number): RuleGroup => ({
  ...group,
  rules: group.rules.map((rule) => ({
    ...rule,
    for: shorter(rule.for, factor),
    expr: rule.expr.replace(/\[(\w+)\]/g, (_, window: string) => `[${shorter(window, factor)}]`),
  })),
})

/** Throws on a duration that it does not know: a rule that stays slow would only look as if it never fired. */
function shorter(duration: string, factor: number): string {
  const [, count, unit = ''] = /^(\d+)([smh])$/.exec(duration) ?? []
  const ms = Number(count) * (unitMs[unit] ?? Number.NaN)
  if (Number.isNaN(ms)) throw new Error(`"${duration}" is no duration of seconds, minutes or hours`)
  return `${ms / factor}ms`
}
