import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { readStages } from '../../packaging/dockerfile.ts'
import { dockerfile } from '../../packaging/image-context.ts'
import { bundleOperator } from '../../packaging/programs.ts'

/** What the last stage of the Dockerfile describes, laid out in a folder. */
export interface Image {
  readonly folder: string
  readonly entrypoint: readonly string[]
  /** `UID:GID`. */
  readonly user: string
  /** `NAME=VALUE`. */
  readonly environment: readonly string[]
}

/** Where a Pod finds its token and the cluster's certificate. */
export const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * Makes the image without a container engine, in an empty folder: what the last stage copies, and the shared
 * libraries of this machine in place of those of the base image. Linux only. Throws where the stage copies
 * something that is not known here.
 */
export async function makeImage(folder: string): Promise<Image> {
  for (const copy of textOf('COPY')) {
    const [from, ...words] = copy.split(' ')
    const target = join(folder, words.at(-1) ?? '')
    mkdirSync(target, { recursive: true })
    if (from === '--from=bundle') await bundleOperator(target)
    else if (from === '--from=node') copyFileSync(process.execPath, join(target, 'node'))
    else throw new Error(`the image copies what this does not know: COPY ${copy}`)
  }
  for (const library of librariesOf(process.execPath)) {
    mkdirSync(join(folder, dirname(library)), { recursive: true })
    copyFileSync(realpathSync(library), join(folder, library))
  }
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'proc'))
  return { folder, ...imageRuns() }
}

/** How a container of the image starts. */
export function imageRuns(): Omit<Image, 'folder'> {
  return {
    entrypoint: z.array(z.string()).parse(JSON.parse(textOf('ENTRYPOINT').join(''))),
    user: textOf('USER').join(''),
    environment: textOf('ENV').flatMap((text) => text.split(' ')),
  }
}

/** What follows each instruction of that name in the last stage. */
function textOf(name: string): string[] {
  const stage = readStages(dockerfile).at(-1) ?? []
  return stage.filter((it) => it.name === name).map(({ text }) => text)
}

/** The shared libraries that a program needs, and the loader that finds them. */
function librariesOf(program: string): string[] {
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' })
  return [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path)
}
