import { readFile } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { parse } from 'yaml'
import type * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import {
  type KubeconfigCluster,
  type KubeconfigContext,
  type KubeconfigUser,
  kubeconfigSchema,
} from './kubeconfig-schema.ts'

/** All files in one, each path in it made absolute. */
export interface Merged {
  readonly currentContext: string | undefined
  readonly clusters: ReadonlyMap<string, KubeconfigCluster>
  readonly contexts: ReadonlyMap<string, KubeconfigContext>
  readonly users: ReadonlyMap<string, KubeconfigUser>
}

/**
 * Reads and merges the files: of what has the same name the first wins, as with kubectl. The error says which
 * file is bad, and which field of it; it shows no content.
 */
export async function readKubeconfigs(files: readonly string[]): Promise<Result<Merged, string>> {
  const found: Merged[] = []
  for (const file of files) {
    try {
      const read = readOne(await readFile(file, 'utf8'), dirname(resolve(file)))
      if (!read.ok) return err(`kubeconfig ${file}: ${read.error}`)
      found.push(read.value)
    } catch (problem) {
      const isMissing = problem instanceof Error && 'code' in problem && problem.code === 'ENOENT'
      if (!isMissing) return err(`kubeconfig ${file}: ${firstLine(problem)}`)
    }
  }
  if (found.length === 0) return err(`kubeconfig ${files.join(', ')}: no such file`)
  return ok({
    currentContext: found.map(({ currentContext }) => currentContext).find(Boolean),
    clusters: mergeMaps(found.map(({ clusters }) => clusters)),
    contexts: mergeMaps(found.map(({ contexts }) => contexts)),
    users: mergeMaps(found.map(({ users }) => users)),
  })
}

/** What the YAML parser says after its first line is a part of the file, which may be a secret. */
const firstLine = (problem: unknown): string =>
  (problem instanceof Error ? problem.message : String(problem)).split('\n', 1)[0]?.replace(/:$/, '') ?? ''

function readOne(text: string, directory: string): Result<Merged, string> {
  const content: unknown = parse(text, { merge: true, logLevel: 'error' })
  if (content === null || content === undefined) return err('the file is empty')
  if (typeof content !== 'object' || Array.isArray(content)) return err('this is not a kubeconfig')
  const parsed = kubeconfigSchema.safeParse(content, { error: mustBe })
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${fieldOf(path)} ${message}`)
    return err(problems.join('; '))
  }
  const { data } = parsed
  return ok({
    currentContext: data['current-context'] ?? undefined,
    clusters: byName((data.clusters ?? []).map((it) => [it.name, absoluteCluster(it.cluster, directory)])),
    contexts: byName((data.contexts ?? []).map((it) => [it.name, it.context])),
    users: byName((data.users ?? []).map((it) => [it.name, absoluteUser(it.user ?? {}, directory)])),
  })
}

const types: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a map',
  record: 'a map',
  string: 'a text',
  boolean: 'true or false',
}

/** What is wrong with a field, to go on with its name. */
const mustBe: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return 'is missing'
  return issue.code === 'invalid_type' ? `must be ${types[issue.expected] ?? issue.expected}` : undefined
}

/** `clusters[0].cluster.server`, as kubectl writes it. */
const fieldOf = (path: readonly PropertyKey[]): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')

function absoluteCluster(cluster: KubeconfigCluster, directory: string): KubeconfigCluster {
  return { ...cluster, 'certificate-authority': absolute(cluster['certificate-authority'], directory) }
}

function absoluteUser({ exec, ...user }: KubeconfigUser, directory: string): KubeconfigUser {
  // A command without a slash is looked up in PATH.
  const command = exec?.command?.includes(sep) ? resolve(directory, exec.command) : exec?.command
  return {
    ...user,
    'client-certificate': absolute(user['client-certificate'], directory),
    'client-key': absolute(user['client-key'], directory),
    tokenFile: absolute(user.tokenFile, directory),
    exec: exec && { ...exec, command },
  }
}

const absolute = (file: string | null | undefined, directory: string): string | undefined =>
  file ? resolve(directory, file) : undefined

/** Of what has the same name the first wins. */
const byName = <T>(entries: [string, T][]): Map<string, T> => new Map(entries.reverse())

const mergeMaps = <T>(maps: readonly ReadonlyMap<string, T>[]): Map<string, T> =>
  byName(maps.flatMap((map) => [...map]))
