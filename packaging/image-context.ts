import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Entry, filesBelow } from './archive.ts'
import { root } from './bundle.ts'
import { copiedPaths } from './dockerfile.ts'

export const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')

/** All that `docker build` needs: the Dockerfile, and what it copies. Tests are left out. */
export function imageContext(): Entry[] {
  return ['Dockerfile', '.dockerignore', ...copiedPaths(dockerfile)]
    .flatMap((path) => filesBelow(root, path))
    .filter(({ path }) => !path.endsWith('.test.ts') && !path.includes('/testing/'))
}
