import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import { z } from 'zod'
import { binary } from '../programs/binaries.ts'

export const chart = join(import.meta.dirname, '..', '..', 'charts', 'linkerd-failover')

export interface Finished {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

/** The real helm with its own folder, so that nothing of the user's is read or written. */
export interface Helm {
  /** Runs it to its end; a failure is a code. */
  run(...args: readonly string[]): Promise<Finished>
  /** Runs it, and throws with what it said where it fails. */
  must(...args: readonly string[]): Promise<string>
  /** Writes values into a file; returns its path. */
  valuesFile(values: unknown): string
  close(): void
}

export function openHelm(kubeconfig = '/dev/null'): Helm {
  const folder = mkdtempSync(join(tmpdir(), 'helm-'))
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    HELM_CACHE_HOME: folder,
    HELM_CONFIG_HOME: folder,
    HELM_DATA_HOME: folder,
    KUBECONFIG: kubeconfig,
  }
  let files = 0
  const helm: Helm = {
    run: (...args) =>
      new Promise((resolve) => {
        execFile(binary('helm'), args, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
          resolve({ stdout, stderr, code: error === null ? 0 : Number(error.code ?? 1) }),
        )
      }),
    must: async (...args) => {
      const { code, stdout, stderr } = await helm.run(...args)
      if (code !== 0) throw new Error(`helm ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
      return stdout
    },
    valuesFile: (values) => {
      files += 1
      const path = join(folder, `values-${files}.yaml`)
      writeFileSync(path, stringify(values))
      return path
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
  return helm
}

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
})
export type Rendered = z.infer<typeof manifest>

/** The objects of a text of YAML documents, by what sets them apart; throws where it is no YAML, as with a key twice. */
export function objectsOf(yaml: string): ReadonlyMap<string, Rendered> {
  const objects = parseAllDocuments(yaml).map((document): unknown => {
    const [problem] = document.errors
    if (problem) throw problem
    return document.toJS()
  })
  return byIdentity(objects.filter((object) => object !== null))
}

/** Objects by kind, namespace and name; throws where two are the same one. */
export function byIdentity(objects: readonly unknown[]): ReadonlyMap<string, Rendered> {
  const found = new Map<string, Rendered>()
  for (const object of objects.map((one) => manifest.parse(one))) {
    const { kind, metadata } = object
    const identity = `${kind} ${metadata.namespace ?? ''}/${metadata.name}`
    if (found.has(identity)) throw new Error(`${identity} is there twice`)
    found.set(identity, object)
  }
  return found
}
