import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { type Program, type ProgramSet, sets } from './sets.ts'

const cache = join(import.meta.dirname, '..', '..', '.cache')

/** Where `build.ts` puts what it builds: inside the repository, ignored by git. */
export const buildFolder = ({ name }: ProgramSet): string => join(cache, name)

/** The folder that `KUBEBUILDER_ASSETS` names, or undefined where it is not set (or empty). */
export const assetsFolder = (): string | undefined => process.env.KUBEBUILDER_ASSETS || undefined

/**
 * What `KUBEBUILDER_ASSETS` must hold. By convention it has no kube-controller-manager, so that one is
 * taken from there if it is there, and built otherwise.
 */
export const requiredAssets: readonly Program[] = ['etcd', 'kube-apiserver', 'kubectl']

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The path of a program, from `KUBEBUILDER_ASSETS` first. Throws with the remedy when it is missing. */
export function binary(program: Program): string {
  const built = sets.filter(({ packages }) => program in packages).map(buildFolder)
  const folders = [assetsFolder(), ...built].filter((folder) => folder !== undefined)
  const found = folders.map((folder) => join(folder, program)).find(isExecutable)
  if (found) return found
  throw new Error(`${program} is not in ${folders.join(' or ')}; run: node test/programs/build.ts`)
}
