import { err, ok, type Result } from '../base/result.ts'

/** Levels by the names that Rust's tracing and pino share; `off` is pino's `silent`. */
const levels = ['off', 'error', 'warn', 'info', 'debug', 'trace'] as const
type Level = (typeof levels)[number]

/** The target that filters address; the original's crate and program name. */
const target = 'linkerd_failover'

/**
 * Reads a log filter as the original takes it: a plain level (`info`), or directives of `target=level` with a
 * level for all others (`linkerd=info,warn`; source: tracing-subscriber's EnvFilter). All our log lines have
 * one target, so the directive whose target is the longest beginning of it wins. A lone target means
 * everything of it; any other lone word is a level mistyped.
 *
 * @returns a pino level, or what is wrong
 */
export function parseLogFilter(filter: string): Result<string, string> {
  const directives = filter.split(',').map((part) => parseDirective(part.trim()))
  if (directives.some((directive) => directive === undefined)) {
    return err(`"${filter}" is not a level (${levels.join(', ')}) or a filter such as linkerd=info,warn`)
  }
  const [best] = directives
    .filter((directive) => directive !== undefined)
    .filter(({ prefix }) => target.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length)
  const level = best?.level ?? 'error'
  return ok(level === 'off' ? 'silent' : level)
}

function parseDirective(text: string): { prefix: string; level: Level } | undefined {
  const [left = '', right] = text.split('=')
  const level = levels.find((name) => name === (right ?? left).toLowerCase())
  if (level) return { prefix: right === undefined ? '' : left.replaceAll('-', '_'), level }
  return right === undefined && left !== '' && target.startsWith(left)
    ? { prefix: left, level: 'trace' }
    : undefined
}
