import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** An operator to measure beside this one. */
export interface Earlier {
  /** Its file. */
  readonly bundle: string
  /** Removes what was made for it. */
  remove(): void
}

/**
 * The operator that `what` names: the file of a bundle, or a commit, of which it makes the bundle in a checkout of its
 * own, with the packages that are installed here. Throws if there is no such commit, or if it cannot be bundled.
 */
export function earlierOperator(what: string): Earlier {
  if (existsSync(what)) return { bundle: what, remove: () => {} }
  const folder = mkdtempSync(join(tmpdir(), 'earlier-'))
  const source = join(folder, 'source')
  const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { stdio: 'pipe' })
  const remove = () => {
    rmSync(folder, { recursive: true, force: true })
    git('worktree', 'prune')
  }
  try {
    git('worktree', 'add', '--detach', source, what)
    symlinkSync(join(root, 'node_modules'), join(source, 'node_modules'))
    execFileSync(process.execPath, ['packaging/main.ts', 'bundle'], { cwd: source, stdio: 'pipe' })
  } catch (problem) {
    remove()
    throw problem
  }
  return { bundle: join(source, 'dist', 'operator', 'operator.mjs'), remove }
}
