import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { KubeConfig, loadYaml, type User } from '@kubernetes/client-node'
import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'

/** What the library does not read of a user: its `tokenFile` and the groups to impersonate. */
const extraSchema = z.object({
  tokenFile: z.string().optional(),
  'as-groups': z.array(z.string()).optional(),
})
const extrasSchema = z.object({
  users: z.array(z.object({ name: z.string(), user: extraSchema.nullish() })).nullish(),
})

type Extra = z.infer<typeof extraSchema>

export type FoundUser = { readonly user: User; readonly tokenFile?: string; readonly groups?: string[] }

/** Contexts and clusters of all files in `config`, users beside it. */
export type Merged = {
  readonly config: KubeConfig
  readonly users: Map<string, FoundUser>
}

/** Reads and merges the files; the error says which file is bad, and how. */
export async function readKubeconfigs(files: readonly string[]): Promise<Result<Merged, string>> {
  const merged: Merged = { config: new KubeConfig(), users: new Map() }
  let read = 0
  for (const file of files) {
    try {
      const text = await readFile(file, 'utf8')
      addFile(merged, file, text)
      read += 1
    } catch (problem) {
      const missing = problem instanceof Error && 'code' in problem && problem.code === 'ENOENT'
      if (!missing) return err(`kubeconfig ${file}: ${problem instanceof Error ? problem.message : problem}`)
    }
  }
  return read === 0 ? err(`kubeconfig ${files.join(', ')}: no such file`) : ok(merged)
}

function addFile({ config, users }: Merged, file: string, text: string): void {
  const content = loadYaml<unknown>(text)
  if (typeof content !== 'object' || content === null) throw new Error('this is not a kubeconfig')
  const one = new KubeConfig()
  one.loadFromString(text)
  one.makePathsAbsolute(dirname(resolve(file)))
  for (const it of one.clusters) if (!config.getCluster(it.name)) config.addCluster(it)
  for (const it of one.contexts) if (!config.getContextObject(it.name)) config.addContext(it)
  if (!config.currentContext && one.currentContext) config.setCurrentContext(one.currentContext)
  const extras = extrasSchema.safeParse(content).data?.users ?? []
  for (const user of one.users) {
    const extra = extras.find(({ name }) => name === user.name)?.user
    if (!users.has(user.name)) users.set(user.name, { user, ...readExtra(extra, dirname(resolve(file))) })
  }
}

function readExtra(extra: Extra | null | undefined, directory: string) {
  const tokenFile = extra?.tokenFile
  const groups = extra?.['as-groups']
  return {
    ...(tokenFile ? { tokenFile: resolve(directory, tokenFile) } : {}),
    ...(groups ? { groups } : {}),
  }
}
