/**
 * `node test/programs/build.ts [SET...]`: makes sure that the programs which the end-to-end tests run are there:
 * a control plane, helm, kube-score, linkerd, its destination controller, a kubelet's part of port forwarding and kstatus, and
 * the definitions (CRDs) that they install. For the control plane `KUBEBUILDER_ASSETS` is used where it is
 * set; what is missing is built from Go modules into `.cache/SET/`, once, and again only when the versions in
 * the set's `go.mod` change.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assetsFolder, buildFolder, isExecutable, requiredAssets } from './binaries.ts'
import { fetchDefinitions } from './definitions.ts'
import { checkGo, fingerprint, goBuild } from './go.ts'
import { type ProgramSet, sets, versionOf } from './sets.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function buildOne(set: ProgramSet, program: string): Promise<void> {
  const began = Date.now()
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`
  say(`${set.name}: building ${program} from ${set.packages[program]} ...`)
  const ticking = setInterval(() => say(`${set.name}: still building ${program}, ${seconds()}`), 20_000)
  await goBuild(set, program, buildFolder(set)).finally(() => clearInterval(ticking))
  say(`${set.name}: built ${program} in ${seconds()}`)
}

/** Programs of the set that `KUBEBUILDER_ASSETS` has; throws when it lacks one of those that it must have. */
function provided({ packages }: ProgramSet): string[] {
  const assets = assetsFolder()
  if (assets === undefined) return []
  const has = (program: string) => isExecutable(join(assets, program))
  const missing = requiredAssets.filter((program) => program in packages && !has(program))
  if (missing.length > 0)
    throw new Error(`KUBEBUILDER_ASSETS=${assets} has no executable ${missing.join(', ')}`)
  return Object.keys(packages).filter(has)
}

async function buildSet(set: ProgramSet): Promise<void> {
  const given = provided(set)
  if (given.length > 0) say(`${set.name}: KUBEBUILDER_ASSETS has ${given.join(', ')}`)
  const wanted = Object.keys(set.packages).filter((program) => !given.includes(program))
  const folder = buildFolder(set)
  const stamp = join(folder, 'fingerprint')
  const current = fingerprint(set)
  const fresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === current
  const missing = wanted.filter((program) => !fresh || !isExecutable(join(folder, program)))
  if (missing.length === 0)
    return say(`${set.name}: up to date, ${set.release} v${versionOf(set, set.release)}`)
  checkGo(set)
  mkdirSync(folder, { recursive: true })
  // A stale program must not pass for a new one after an interrupted build.
  if (!fresh) for (const program of Object.keys(set.packages)) rmSync(join(folder, program), { force: true })
  writeFileSync(stamp, current)
  for (const program of missing) await buildOne(set, program)
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !sets.some((set) => set.name === name))
  if (unknown.length > 0)
    throw new Error(`no set ${unknown.join(', ')}; there are ${sets.map(({ name }) => name).join(', ')}`)
  fetchDefinitions(say)
  for (const set of sets) if (names.length === 0 || names.includes(set.name)) await buildSet(set)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  // Nothing here is worth a stack trace.
  process.stderr.write(`programs: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
