import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../sandbox/server.ts'
import { eventually } from '../e2e/eventually.ts'
import { type Operator, startOperator } from '../e2e/operator.ts'
import { binary } from '../programs/binaries.ts'
import { kubectls } from '../programs/sets.ts'

/** The commands of docs/using/QUICKSTART.md as they are there, on the sandbox, with the operator beside it. */
const root = join(import.meta.dirname, '..', '..')
const page = readFileSync(join(root, 'docs', 'using', 'QUICKSTART.md'), 'utf8')
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language} quickstart\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, text = '']) => text,
  )

const folder = mkdtempSync(join(tmpdir(), 'quickstart-'))
let sandbox: Sandbox
let operator: Operator

beforeAll(async () => {
  sandbox = await startSandbox()
  writeFileSync(join(folder, 'kubeconfig'), sandbox.kubeconfig)
  operator = startOperator(join(folder, 'kubeconfig'))
  await eventually(() => expect(operator.output()).toContain('this replica now performs failovers'))
})
afterAll(async () => {
  await operator?.stop()
  await sandbox?.stop()
  rmSync(folder, { recursive: true, force: true })
})

type Release = (typeof kubectls)[number]

/** The folder in which the program `kubectl` is of that release. */
function programsOf(release: Release): string {
  const bin = join(folder, release)
  mkdirSync(bin, { recursive: true })
  symlinkSync(binary(release), join(bin, 'kubectl'))
  return bin
}

/** Runs one line as a shell does; it must succeed. */
function shellWith(bin: string, line: string): Promise<string> {
  const command = line.replace('npm run -s cli --', `"${process.execPath}" "${root}/src/cli/main.ts"`)
  const path = [bin, process.env.PATH].join(delimiter)
  const env = { PATH: path, HOME: folder, KUBECONFIG: join(folder, 'kubeconfig') }
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', command], { cwd: folder, env }, (error, stdout, stderr) =>
      error ? reject(new Error(`${line}: ${stdout}${stderr}`)) : resolve(stdout),
    )
  })
}

it.each(kubectls)('fails over and back, as the quickstart says, with %s', async (release) => {
  const bin = programsOf(release)
  const shell = (line: string) => shellWith(bin, line)
  /** The output of each line of a block. */
  const run = async (block: string | undefined): Promise<string[]> => {
    const outputs: string[] = []
    for (const line of (block ?? '').trim().split('\n')) outputs.push(await shell(line))
    return outputs
  }
  const [create, apply, lose, look, bringBack, ask, ...more] = blocks('sh')
  expect(more).toEqual([])
  const [route = ''] = blocks('yaml')
  writeFileSync(join(folder, 'route.yaml'), route)
  const weights = () =>
    shell("kubectl get httproute web -n shop -o jsonpath='{.spec.rules[0].backendRefs[*].weight}'")

  await run(create)
  expect((await run(apply)).at(-1)).toBe('1 0')
  await run(lose)
  await eventually(async () => expect(await weights()).toBe('0 1'))
  await eventually(async () => expect(await shell('kubectl get events -n shop')).toContain('Failover'))
  const [shown, events, status, explained] = await run(look)
  expect(shown).toBe('0 1')
  expect(events).toContain('shop/web-backup takes over')
  expect(status).toMatch(/HTTPRoute +web\[0\] +failover +web-backup:1/)
  expect(explained).toContain('SecondariesReady')
  await run(bringBack)
  await eventually(async () => expect(await weights()).toBe('1 0'))
  expect((await run(ask)).join()).toContain('1 route: 1 fails over')
  await shell('kubectl delete namespace shop --timeout=20s')
})
