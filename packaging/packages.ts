import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { root } from './bundle.ts'

/** A package of which at least one file is in what we ship. */
export interface Package {
  readonly name: string
  readonly version: string
  /** An SPDX expression. */
  readonly license: string
  /** SHA-512 of the package's archive, in hex. */
  readonly sha512: string
  /** The texts of its licences and notices. */
  readonly texts: readonly string[]
}

const locked = z.object({ version: z.string(), license: z.string(), integrity: z.string() })
const lockfile = z.object({ packages: z.record(z.string(), z.unknown()) })
const { packages: lock } = lockfile.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))

/** The version that the lockfile pins for a folder such as `node_modules/zod`. Throws where it has none. */
export function lockedVersion(folder: string): string {
  return z.object({ version: z.string() }).parse(lock[folder]).version
}

/** The packages that these files belong to (paths from the root), each version once, by name. */
export function packagesOf(files: readonly string[]): Package[] {
  const filesOf = new Map<string, Set<string>>()
  for (const path of files) {
    const folder = /^node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]
    if (folder) filesOf.set(folder, (filesOf.get(folder) ?? new Set()).add(path))
  }
  const found = [...filesOf].map(([folder, its]) => describe(folder, its))
  const unique = new Map(found.map((it) => [`${it.name}@${it.version}`, it]))
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, it]) => it)
}

function describe(folder: string, files: ReadonlySet<string>): Package {
  const { version, license, integrity } = locked.parse(lock[folder])
  const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const sha512 = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')
  return { name, version, license, sha512, texts: textsOf(folder, files) }
}

/** Licences in the package's folder, and in those below that hold what it took from others. */
function textsOf(folder: string, files: ReadonlySet<string>): string[] {
  const folders = new Set([folder])
  for (const file of files) {
    for (let up = dirname(file); up.length > folder.length; up = dirname(up)) folders.add(up)
  }
  return [...folders].sort().flatMap((path) =>
    readdirSync(join(root, path))
      .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
      .sort()
      .map((file) => readFileSync(join(root, path, file), 'utf8').trim()),
  )
}
