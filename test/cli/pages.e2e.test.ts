import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../sandbox/server.ts'
import { binary } from '../programs/binaries.ts'
import { kubectls } from '../programs/sets.ts'

/** Commands of pages of docs/ for people without our command line, or about to remove it, on the sandbox. */
const root = join(import.meta.dirname, '..', '..')
const blocksOf = (page: string): string[] =>
  [...readFileSync(join(root, 'docs', page), 'utf8').matchAll(/^```sh\n(.*?)^```$/gms)].map(
    ([, text = '']) => text,
  )

const folder = mkdtempSync(join(tmpdir(), 'pages-'))
let sandbox: Sandbox

const labels = { 'failover.linkerd.io/controlled-by': 'linkerd-failover' }
const annotations = { 'failover.linkerd.io/primary-service': 'web' }
const metadata = { namespace: 'shop', name: 'web', labels, annotations }

beforeAll(async () => {
  sandbox = await startSandbox()
  writeFileSync(join(folder, 'kubeconfig'), sandbox.kubeconfig)
  const backends = [
    { service: 'web', weight: 100 },
    { service: 'web-east', weight: 0 },
  ]
  const refs = backends.map(({ service: name, weight }) => ({ name, port: 80, weight }))
  sandbox.store.create({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    metadata,
    spec: { service: 'web', backends },
  })
  sandbox.store.create({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata,
    spec: {
      parentRefs: [{ group: 'core', kind: 'Service', name: 'web', port: 80 }],
      rules: [{ backendRefs: refs }],
    },
  })
})
afterAll(async () => {
  await sandbox?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A shell in which the programs are found that the pages name; answers with standard output. */
function shellOf(release: (typeof kubectls)[number]): (script: string) => Promise<string> {
  const home = mkdtempSync(join(folder, `${release}-`))
  const bin = join(home, 'bin')
  mkdirSync(bin, { recursive: true })
  symlinkSync(binary(release), join(bin, 'kubectl'))
  const ours = join(bin, 'linkerd-failover')
  writeFileSync(ours, `#!/bin/sh\nexec "${process.execPath}" "${root}/src/cli/main.ts" "$@"\n`)
  chmodSync(ours, 0o755)
  const path = [bin, process.env.PATH].join(delimiter)
  const env = { PATH: path, HOME: home, KUBECONFIG: join(folder, 'kubeconfig') }
  return (script) =>
    new Promise((resolve, reject) => {
      execFile('sh', ['-e', '-c', script], { cwd: home, env }, (error, stdout, stderr) =>
        error ? reject(new Error(`${script}: ${stdout}${stderr}`)) : resolve(stdout),
      )
    })
}

it.each(kubectls)('shows routes with kubectl alone, as kubectl.md says, with %s', async (release) => {
  const shell = shellOf(release)
  const [splits = '', routes = '', events = '', plugin = '', ...more] = blocksOf('using/kubectl.md')
  expect(more).toEqual([])
  expect(await shell(splits)).toMatch(
    /^NAMESPACE +NAME +BACKENDS +WEIGHTS\nshop +web +web,web-east +100,0\n$/,
  )
  expect(await shell(routes)).toMatch(/shop +web +web,web-east +100,0\n$/)
  expect(await shell(events)).toBe('')
  expect(await shell(plugin)).toMatch(/TrafficSplit +web +dark/)
})

it('removes what is left on the routes, as UNINSTALL.md says', async () => {
  const shell = shellOf(kubectls[0])
  const [clean = '', ...more] = blocksOf('operating/UNINSTALL.md').filter((block) => block.includes('label'))
  expect(more).toEqual([])
  expect(await shell(clean)).toContain('trafficsplit.split.smi-spec.io/web unlabeled')
  for (const resource of ['trafficsplits', 'httproutes']) {
    const left = sandbox.store.get(resource, 'shop', 'web')?.metadata
    expect([left?.labels ?? {}, left?.annotations ?? {}]).toEqual([{}, {}])
  }
})
