import { chmodSync, copyFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { root } from './bundle.ts'
import { run } from './run.ts'

/** The mark in Node.js that says whether a program was put into it; from Node.js's documentation. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

/** An executable runs on the system and processor that made it. */
export const platform = `${process.platform}-${process.arch}`

/**
 * Makes one executable of a CommonJS file: a copy of the Node.js that runs this, with the program in it.
 * V8's compiled form of the program goes along (`useCodeCache`), which halves the time to start. Names in the
 * configuration are relative, since they get into the executable.
 */
export async function makeExecutable(script: string, file: string): Promise<void> {
  const [folder, main] = [dirname(script), basename(script)]
  const config = { main, output: `${main}.blob`, disableExperimentalSEAWarning: true, useCodeCache: true }
  writeFileSync(`${script}.json`, JSON.stringify(config))
  await run(process.execPath, ['--random-seed=1', '--experimental-sea-config', `${main}.json`], folder)
  copyFileSync(process.execPath, file)
  const postject = join(root, 'node_modules', 'postject', 'dist', 'cli.js')
  const blob = join(folder, config.output)
  await run(process.execPath, [postject, file, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse], root)
  chmodSync(file, 0o755)
}
