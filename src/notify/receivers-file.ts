import { isIP } from 'node:net'
import { parseDocument } from 'yaml'
import * as z from 'zod'
import { err, ok, type Result } from '../base/result.ts'
import { allowances, refusalOfAddress } from './address.ts'
import { defaultTemplates, escapes } from './message.ts'
import type { Receiver } from './receiver.ts'
import { secretProblem } from './sign.ts'
import { parseTemplate } from './template.ts'

/** How files are read; handed in, so that nothing here touches a disk by itself. */
export interface Files {
  /** The text of a file now; throws where it cannot be read. */
  readonly read: (path: string) => string
  /** Its trimmed text whenever it is asked for, as it is by then. */
  readonly follow: (path: string) => () => Promise<string>
}

/** Set by the operator itself, or by another field. */
const ownHeaders = /^(host|content-.*|transfer-encoding|connection|authorization|webhook-.*)$/i
const headerName = /^[!#$%&'*+.^_`|~\w-]+$/
/** What HTTP can carry: no control characters, and nothing beyond Latin-1. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

const text = z.string().min(1)

const receiver = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must consist of lower-case letters, digits and -'),
  format: z.enum(['cloudevents', 'slack']).default('cloudevents'),
  url: text.optional(),
  urlFile: text.optional(),
  secretFile: text.optional(),
  bearerTokenFile: text.optional(),
  headers: z.record(z.string(), z.string()).default({}),
  template: text.optional(),
  namespaces: z.array(text).default([]),
  kinds: z.array(text).default([]),
  transitions: z
    .array(z.enum(['failover', 'failback', 'redistribute', 'dark', 'finding', 'awaiting-return', 'end']))
    .default([]),
  allow: z.array(z.enum(allowances)).default([]),
})
type Described = z.infer<typeof receiver>

const fileSchema = z.strictObject({ receivers: z.array(receiver).min(1) })

/**
 * Reads the file that `--notifications` names (YAML, or JSON as a part of it).
 *
 * @returns the receivers, or everything that is wrong, each with its place
 */
export function readReceiversFile(path: string, files: Files): Result<Receiver[], string[]> {
  const at = (problem: string) => `--notifications ${path}: ${problem}`
  const content = attempt(() => files.read(path))
  if (!content.ok) return err([at(content.error)])
  const document = parseDocument(content.value)
  if (document.errors.length > 0) return err(document.errors.map(({ message }) => at(message)))
  const parsed = fileSchema.safeParse(document.toJS())
  if (!parsed.success) return err(parsed.error.issues.map((issue) => at(sayWhere(issue))))
  const { receivers } = parsed.data
  const problems = receivers.flatMap((one, index) =>
    problemsOf(one, files).map((problem) => at(`receivers[${index}].${problem}`)),
  )
  problems.push(
    ...repeated(receivers.map(({ name }) => name)).map((name) => at(`two receivers have the name ${name}`)),
  )
  return problems.length > 0 ? err(problems) : ok(receivers.map((one) => build(one, files)))
}

function sayWhere({ path, message }: z.core.$ZodIssue): string {
  const place = path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${String(part)}`),
    '',
  )
  return `${place.replace(/^\./, '')} ${message}`.trim()
}

const repeated = (names: readonly string[]) => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
]

/** Problems that the schema does not find. */
function problemsOf(one: Described, files: Files): string[] {
  const problems: string[] = []
  if ((one.url === undefined) === (one.urlFile === undefined)) problems.push('url: set either url or urlFile')
  if (one.url !== undefined) problems.push(...problemsOfUrl(one.url, one).map((problem) => `url: ${problem}`))
  const template = templateOf(one)
  if (!template.ok) problems.push(`template: ${template.error}`)
  problems.push(...problemsOfHeaders(one).map((problem) => `headers: ${problem}`))
  for (const field of ['urlFile', 'secretFile', 'bearerTokenFile'] as const) {
    problems.push(...problemsOfFile(one, field, files).map((problem) => `${field}: ${problem}`))
  }
  return problems
}

/** The messages do not contain values, which may be secret. */
const problemsOfHeaders = ({ headers }: Described): string[] =>
  Object.entries(headers).flatMap(([name, value]) => {
    if (!headerName.test(name)) return [`"${name}" is not a valid header name`]
    if (ownHeaders.test(name)) return [`${name} cannot be set here: the operator sets it`]
    return headerValue.test(value)
      ? []
      : [`the value of ${name} contains a character that is not allowed in a header`]
  })

function problemsOfFile(one: Described, field: 'urlFile' | 'secretFile' | 'bearerTokenFile', files: Files) {
  const path = one[field]
  if (path === undefined) return []
  const content = attempt(() => files.read(path).trim())
  if (!content.ok) return [content.error]
  if (content.value === '') return [`${path} is empty`]
  if (field === 'urlFile') return problemsOfUrl(content.value, one)
  const problem = field === 'secretFile' ? secretProblem(content.value) : undefined
  return problem === undefined ? [] : [`${path}: ${problem}`]
}

/** The messages do not contain the URL: those of Slack are secret. */
function problemsOfUrl(text: string, { allow }: Pick<Described, 'allow'>): string[] {
  const url = URL.parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol)) return ['it is not an http or https URL']
  if (url.username !== '' || url.password !== '')
    return ['it must not contain a user or a password; use bearerTokenFile']
  const problems: string[] = []
  if (url.protocol === 'http:' && !allow.includes('http'))
    problems.push('it is not https; to allow that, add "http" to "allow"')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const refusal = isIP(host) === 0 ? undefined : refusalOfAddress(host, allow)
  return refusal === undefined ? problems : [...problems, refusal]
}

const templateOf = ({ template, format }: Described) =>
  parseTemplate(template ?? defaultTemplates[format], escapes[format])

function build(one: Described, files: Files): Receiver {
  const template = templateOf(one)
  const follow = (path: string | undefined) => (path === undefined ? undefined : files.follow(path))
  const { url = '' } = one
  const secret = follow(one.secretFile)
  return {
    name: one.name,
    format: one.format,
    template: template.ok ? template.value : () => '',
    allowed: one.allow,
    headers: one.headers,
    url: checked(follow(one.urlFile) ?? (async () => url), (text) => urlProblem(text, one)),
    secret: secret && checked(secret, keyProblem),
    bearerToken: follow(one.bearerTokenFile),
    filter: { namespaces: one.namespaces, kinds: one.kinds, transitions: one.transitions },
  }
}

/** A file may contain another text by now, which is checked like the first one. */
const checked =
  (read: () => Promise<string>, problemOf: (text: string) => string | undefined) => async () => {
    const text = await read()
    const problem = problemOf(text)
    if (problem !== undefined) throw new Error(problem)
    return text
  }

const urlProblem = (url: string, one: Described) => {
  const [problem] = problemsOfUrl(url, one)
  return problem && `the URL: ${problem}`
}

const keyProblem = (secret: string) => {
  const problem = secretProblem(secret)
  return problem && `the key of secretFile: ${problem}`
}

function attempt<T>(work: () => T): Result<T, string> {
  try {
    return ok(work())
  } catch (problem) {
    return err(problem instanceof Error ? problem.message : String(problem))
  }
}
