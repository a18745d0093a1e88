import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './bundle.ts'
import { bundlePrograms } from './programs.ts'
import { makeRelease } from './release.ts'

/** `node packaging/main.ts bundle|release [--out FOLDER]`: makes what is shipped; publishes nothing. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { out: { type: 'string', default: join(root, 'dist') } },
    allowPositionals: true,
  })
  switch (positionals[0]) {
    case 'bundle':
      await bundlePrograms(values.out)
      return
    case 'release':
      for (const file of await makeRelease(values.out)) console.log(join(values.out, 'release', file))
      return
    default:
      throw new Error('say what to make: bundle or release')
  }
}

main().catch((error) => {
  console.error(`packaging: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
})
