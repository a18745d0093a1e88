import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'

/** Definitions (CRDs) that lie in a Go module, as its own releases have them. */
interface Source {
  /** Names the folder under `.cache/definitions/`. */
  readonly name: string
  /** The folder of the go.mod that says which version. */
  readonly module: string
  readonly from: string
  /** Folders inside the module. */
  readonly folders: readonly string[]
}

const gatewayApi = {
  module: join(import.meta.dirname, 'gateway-api'),
  from: 'sigs.k8s.io/gateway-api',
}

const sources: readonly Source[] = [
  { name: 'standard', ...gatewayApi, folders: ['config/crd/standard'] },
  { name: 'experimental', ...gatewayApi, folders: ['config/crd/experimental'] },
  {
    name: 'linkerd',
    module: join(import.meta.dirname, 'linkerd'),
    from: 'github.com/linkerd/linkerd2',
    folders: ['charts/linkerd-crds/templates', 'charts/linkerd-crds/templates/policy'],
  },
]

export type Channel = 'standard' | 'experimental' | 'linkerd'

const folderOf = (name: string) => join(import.meta.dirname, '..', '..', '.cache', 'definitions', name)

/** The text of a definition; throws with the remedy where it was not fetched. `file` is its name without `.yaml`. */
export function definition(channel: Channel, file: string): string {
  const path = join(folderOf(channel), `${file}.yaml`)
  if (existsSync(path)) return readFileSync(path, 'utf8')
  throw new Error(`${path} is not there; run: node test/programs/build.ts`)
}

/** Fetches the modules where the definitions are missing or of another version. */
export function fetchDefinitions(say: (line: string) => void): void {
  for (const source of sources) {
    const folder = folderOf(source.name)
    const stamp = join(folder, 'fingerprint')
    const wanted = readFileSync(join(source.module, 'go.sum'), 'utf8')
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
      say(`definitions: ${source.name} is up to date`)
      continue
    }
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const count = copyDefinitions(source, folder)
    writeFileSync(stamp, wanted)
    say(`definitions: ${count} of ${source.name} from ${source.from}`)
  }
}

const downloaded = z.object({ Dir: z.string() })

function copyDefinitions({ module, from, folders }: Source, target: string): number {
  const env = { ...process.env, GOFLAGS: '-mod=readonly' }
  const asked = spawnSync('go', ['mod', 'download', '-json', from], { cwd: module, env, encoding: 'utf8' })
  if (asked.error) throw new Error(`definitions of ${from} come as a Go module: no 'go' on the PATH`)
  if (asked.status !== 0)
    throw new Error(`go mod download ${from}: ${asked.stdout.trim()} ${asked.stderr.trim()}`)
  const { Dir } = downloaded.parse(JSON.parse(asked.stdout))
  const files = folders.flatMap((folder) =>
    readdirSync(join(Dir, folder))
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => join(Dir, folder, file)),
  )
  for (const file of files) writeFileSync(join(target, basename(file)), plain(readFileSync(file, 'utf8')))
  return files.length
}

/** Linkerd's are Helm templates; the lines that Helm would fill in are labels and annotations. */
const plain = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.includes('{{'))
    .join('\n')
