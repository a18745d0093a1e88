/**
 * `node test/control-plane/build.ts`: makes sure that the programs of a real control plane are there.
 * `KUBEBUILDER_ASSETS` is used where it is set; what is missing is built from Go modules into `.cache/`,
 * once, and again only when the versions in `go.mod` change.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  assetsFolder,
  buildFolder,
  isExecutable,
  type Program,
  programs,
  requiredAssets,
} from './binaries.ts'

const here = import.meta.dirname
const packages: Record<Program, string> = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
}
const say = (line: string): void => void process.stdout.write(`control plane: ${line}\n`)

/** Ends the program with one readable line: nothing here is worth a stack trace. */
function fail(line: string): never {
  process.stderr.write(`control plane: ${line}\n`)
  process.exit(1)
}

function versionOf(module: string): string {
  const version = readFileSync(join(here, 'go.mod'), 'utf8').match(`\\t${module} v(\\S+)`)?.[1]
  return version ?? fail(`go.mod requires no ${module}`)
}

/** Without these the programs call themselves v0.0.0, and version checks of clients refuse them. */
function linkerFlags(): string {
  const version = versionOf('k8s.io/kubernetes')
  const [major, minor] = version.split('.')
  const fields = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' }
  const variables = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) =>
    Object.entries(fields).map(([name, value]) => `-X ${path}.${name}=${value}`),
  )
  return ['-s', '-w', ...variables].join(' ')
}

/** Go refuses a toolchain older than the module's `go` line only deep inside the build; ask first. */
function checkGo(): void {
  const wanted = readFileSync(join(here, 'go.mod'), 'utf8').match(/^go (\d+)\.(\d+)/m)
  const asked = spawnSync('go', ['env', 'GOVERSION'], { cwd: here, encoding: 'utf8' })
  const need = `Go ${wanted?.[1]}.${wanted?.[2]} or newer`
  if (asked.error)
    fail(`${need} is needed to build it, and there is no 'go' on the PATH; or set KUBEBUILDER_ASSETS`)
  const found = asked.stdout.match(/go(\d+)\.(\d+)/)
  if (!found || asked.status !== 0) fail(`'go env GOVERSION' failed: ${asked.stderr.trim()}`)
  const age = [1, 2].map((part) => Number(found[part]) - Number(wanted?.[part])).find((n) => n !== 0) ?? 0
  if (age < 0) fail(`${need} is needed to build it, and this is ${found[0]}; or set KUBEBUILDER_ASSETS`)
}

/** Changes whenever a build would give something else. */
function fingerprint(): string {
  const sources = ['go.mod', 'go.sum'].map((file) => readFileSync(join(here, file), 'utf8'))
  return createHash('sha256')
    .update([...sources, linkerFlags()].join('\n'))
    .digest('hex')
}

function run(args: readonly string[]): Promise<number> {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -trimpath -buildvcs=false' }
  const child = spawn('go', args, { cwd: here, env, stdio: ['ignore', 'inherit', 'inherit'] })
  return new Promise((resolve) => {
    child.once('error', (error) => fail(`go did not start: ${error.message}`))
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

async function buildOne(program: Program): Promise<void> {
  const began = Date.now()
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`
  say(`building ${program} from ${packages[program]} ...`)
  const ticking = setInterval(() => say(`  still building ${program}, ${seconds()}`), 20_000)
  const target = join(buildFolder, program)
  const code = await run(['build', `-ldflags=${linkerFlags()}`, '-o', `${target}.new`, packages[program]])
  clearInterval(ticking)
  if (code !== 0) fail(`go build ${packages[program]} ended with code ${code}`)
  renameSync(`${target}.new`, target)
  say(`built ${program} in ${seconds()}`)
}

async function build(wanted: readonly Program[]): Promise<void> {
  const stamp = join(buildFolder, 'fingerprint')
  const current = fingerprint()
  const fresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === current
  const missing = wanted.filter((program) => !fresh || !isExecutable(join(buildFolder, program)))
  if (missing.length === 0) return say(`up to date: ${wanted.join(', ')} v${versionOf('k8s.io/kubernetes')}`)
  checkGo()
  mkdirSync(buildFolder, { recursive: true })
  // A stale program must not pass for a new one after an interrupted build.
  if (!fresh) for (const program of programs) rmSync(join(buildFolder, program), { force: true })
  writeFileSync(stamp, current)
  say(`building ${missing.join(', ')}; some 5 to 8 minutes on 2 cores, once`)
  for (const program of missing) await buildOne(program)
}

async function main(): Promise<void> {
  const assets = assetsFolder()
  if (!assets) return build(programs)
  const missing = requiredAssets.filter((program) => !isExecutable(join(assets, program)))
  if (missing.length > 0) fail(`KUBEBUILDER_ASSETS=${assets} has no executable ${missing.join(', ')}`)
  say(`using KUBEBUILDER_ASSETS=${assets}`)
  const remaining = programs.filter((program) => !isExecutable(join(assets, program)))
  if (remaining.length > 0) await build(remaining)
}

await main()
