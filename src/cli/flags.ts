import { InvalidArgumentError, Option } from 'commander'
import { controlledByLabel, namespacePattern, objectNamePattern } from '../base/names.ts'

/** A flag with a value, or one that may be repeated. */
export const flag = (flags: string, text: string): Option => new Option(flags, text)

/**
 * A boolean as Go programs take it: `--watch`, `--watch=true`, `--watch=false`; absent if it is not given.
 * The hidden `--no-` form is what `--watch=false` is turned into, see `spellOut`.
 */
export function goBoolean(flags: string, text: string): Option[] {
  const name = /--([\w-]+)/.exec(flags)?.[1]
  if (name === undefined) throw new Error(`${flags} has no long name`)
  return [new Option(flags, text), new Option(`--no-${name}`).hideHelp()]
}

const truths = new Map(['1', 't', 'T', 'TRUE', 'true', 'True'].map((word): [string, boolean] => [word, true]))
for (const word of ['0', 'f', 'F', 'FALSE', 'false', 'False']) truths.set(word, false)

/**
 * Turns what Go's flags allow into what commander understands: `--flag=true` and `--flag=false` of the named
 * booleans into `--flag` and `--no-flag` (the words are those of strconv.ParseBool; any other word is left,
 * and refused later), `-n=shop` into `-n shop`.
 */
export function spellOut(argv: readonly string[], booleans: ReadonlySet<string>): string[] {
  const end = argv.indexOf('--')
  const flags = end < 0 ? argv : argv.slice(0, end)
  return [...flags.flatMap((word) => spellOutWord(word, booleans)), ...argv.slice(flags.length)]
}

function spellOutWord(word: string, booleans: ReadonlySet<string>): string[] {
  const [, letter, argument = ''] = /^(-[A-Za-z])=(.*)$/s.exec(word) ?? []
  if (letter !== undefined) return [letter, argument]
  const [, name = '', value = ''] = /^--([\w-]+)=(.*)$/s.exec(word) ?? []
  const truth = truths.get(value)
  if (!booleans.has(name) || truth === undefined) return [word]
  return [truth ? `--${name}` : `--no-${name}`]
}

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

/** Milliseconds of a duration as Go writes it (`5m0s`, `1.5h`, `300ms`, `0`); source: time.ParseDuration. */
export function parseDuration(text: string): number {
  if (/^[+-]?0$/.test(text)) return 0
  const parts = [...text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)]
  if (text === '' || parts.map(([whole]) => whole).join('') !== text.replace(/^\+/, '')) {
    throw new InvalidArgumentError('It is not a duration; write it like 90s, 5m0s or 1.5h.')
  }
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0), 0)
}

/** What ends later than this has no date that every reader of it understands (ms). */
const mostMs = 87_600 * 3_600_000

/** The same of a length of time that must not be over at once, nor after ten years (ms). */
export function positiveDuration(text: string): number {
  const ms = parseDuration(text)
  if (ms > mostMs) throw new InvalidArgumentError('It must be at most 87600h, which is ten years.')
  if (ms > 0) return ms
  throw new InvalidArgumentError('It must be longer than 0; write it like 30m or 2h.')
}

/**
 * Collects a flag that may be repeated. Go programs pass their own lists on as `[a,b]`, an empty one as `[]`;
 * Linkerd does so with `--as-group`.
 */
export function collect(value: string, before: readonly string[] = []): string[] {
  const [, list] = /^\[(.*)\]$/s.exec(value) ?? []
  const words = list === undefined ? [value] : list.split(',').filter((word) => word !== '')
  return [...before, ...words]
}

/** The name of a user or a group, which travels in a header. */
export function identity(text: string): string {
  if (/^[\x20-\x7e\xa0-\xff]*$/.test(text)) return text
  throw new InvalidArgumentError('It has a character that a header cannot have, such as a line break.')
}

export type Format = 'table' | 'json' | 'yaml' | 'short'

/** The name of an object of most kinds. */
export function objectName(text: string): string {
  if (objectNamePattern.test(text)) return text
  throw new InvalidArgumentError('A name has lower-case letters, digits, - and dots, such as east.')
}

/** A text that says something. */
export function notEmpty(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('It must not be empty.')
}

/** `-o, --output`; the first format is the default. */
export const outputFlag = (
  formats: readonly [Format, ...Format[]],
  text = 'how to print the result',
): Option =>
  flag('-o, --output <format>', text)
    .choices([...formats])
    .default(formats[0])

/**
 * The name of a namespace; empty counts as not given. Anything else would name another path of the API
 * server.
 */
export function namespaceName(text: string): string {
  if (text === '' || namespacePattern.test(text)) return text
  throw new InvalidArgumentError('A namespace has a name of lower-case letters, digits and -, such as shop.')
}

/** `-n, --namespace`. */
export const namespaceFlag = (text: string): Option =>
  flag('-n, --namespace <name>', text).argParser(namespaceName)

/** `-n, --namespace` and `-A, --all-namespaces`. */
export const namespaceFlags = (text: string): Option[] => [
  namespaceFlag(text),
  ...goBoolean('-A, --all-namespaces', 'include all namespaces (the default)'),
]

/** The operator's own default. */
export const defaultSelector = controlledByLabel

/** `-l, --selector`. */
export const selectorFlag = (): Option =>
  flag('-l, --selector <selector>', 'label selector of the controlled routes').default(defaultSelector)

const again = (value: string, before: readonly string[] = []): string[] => [...before, value]

/** The flags that give values, as Helm and Linkerd have them. */
export const valueFlags = (): Option[] => [
  ...goBoolean('--ha', 'run several replicas, on different nodes'),
  flag('-f, --values <file>', 'a YAML file of values; may be repeated').argParser(again),
  flag('--set <key=value>', 'a value, such as image.tag=1.2,replicas=2; may be repeated').argParser(again),
  flag(
    '--set-string <key=value>',
    'a value that is always a string, even if it looks like a number',
  ).argParser(again),
]

/** `-o` of commands whose answer is for `kubectl`, and where they install. */
export const manifestFlags = (): Option[] => [
  namespaceFlag('the namespace of the extension'),
  flag('-o, --output <format>', 'the output format').choices(['yaml', 'json']).default('yaml'),
]
