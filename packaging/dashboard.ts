import { join, relative } from 'node:path'
import { build } from 'vite'
import { root } from './bundle.ts'

/**
 * Builds the dashboard into an emptied folder, where the operator's bundle serves it from.
 *
 * @returns the files that went into it, from the root of the repository
 */
export async function bundleDashboard(folder: string): Promise<string[]> {
  // Vite takes this over if it is set, and makes other bytes.
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    return await buildDashboard(folder)
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  }
}

async function buildDashboard(folder: string): Promise<string[]> {
  const sources = join(root, 'dashboard')
  const built = await build({
    root: sources,
    configFile: join(sources, 'vite.config.ts'),
    logLevel: 'error',
    resolve: { preserveSymlinks: true },
    build: { outDir: folder },
  })
  const outputs = 'output' in built || Array.isArray(built) ? [built].flat() : []
  const chunks = outputs.flatMap(({ output }) => output).filter((file) => file.type === 'chunk')
  return chunks.flatMap(({ moduleIds }) => moduleIds).map((path) => relative(root, path))
}
