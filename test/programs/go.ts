import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { ProgramSet } from './sets.ts'

const linkerFlags = (set: ProgramSet): string =>
  ['-s', '-w', ...set.variables(set).map((variable) => `-X ${variable}`)].join(' ')

/** Changes whenever a build of the set would give something else. */
export function fingerprint(set: ProgramSet): string {
  const own = readdirSync(set.module).filter((file) => file.endsWith('.go'))
  const sources = ['go.mod', 'go.sum', ...own].map((file) => readFileSync(join(set.module, file), 'utf8'))
  return createHash('sha256')
    .update([...sources, linkerFlags(set), ...set.flags].join('\n'))
    .digest('hex')
}

/**
 * Whether the Go on the PATH can build the set; throws with the remedy where it cannot. Go itself refuses
 * a toolchain older than the module's `go` line only deep inside the build.
 */
export function checkGo({ module }: ProgramSet): void {
  const wanted = readFileSync(join(module, 'go.mod'), 'utf8').match(/^go (\d+)\.(\d+)/m)
  const need = `Go ${wanted?.[1]}.${wanted?.[2]} or newer is needed`
  const asked = spawnSync('go', ['env', 'GOVERSION'], { cwd: module, encoding: 'utf8' })
  if (asked.error) throw new Error(`${need}, and there is no 'go' on the PATH`)
  const found = asked.stdout.match(/go(\d+)\.(\d+)/)
  if (!found || asked.status !== 0) throw new Error(`'go env GOVERSION' failed: ${asked.stderr.trim()}`)
  const age = [1, 2].map((part) => Number(found[part]) - Number(wanted?.[part])).find((n) => n !== 0) ?? 0
  if (age < 0) throw new Error(`${need}, and this is ${found[0]}`)
}

/** Builds one program of the set into a folder; a half-made one never stands under the program's name. */
export async function goBuild(set: ProgramSet, program: string, folder: string): Promise<void> {
  const source = set.packages[program]
  if (source === undefined) throw new Error(`${set.name} has no ${program}`)
  const target = join(folder, program)
  const flags = [`-ldflags=${linkerFlags(set)}`, ...set.flags]
  const code = await run(set.module, ['build', ...flags, '-o', `${target}.new`, source])
  if (code !== 0) throw new Error(`go build ${source} ended with code ${code}`)
  renameSync(`${target}.new`, target)
}

function run(cwd: string, args: readonly string[]): Promise<number> {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -trimpath -buildvcs=false' }
  const child = spawn('go', args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
