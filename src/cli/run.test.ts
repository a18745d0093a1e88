import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../sandbox/server.ts'
import { version } from '../base/version.ts'
import { run } from './testing/terminal.ts'

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await startSandbox({ controllers: false })
})
afterAll(() => sandbox.stop())

const deployment = (name: string, labels: Record<string, string>) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    namespace: 'linkerd-failover',
    name,
    labels: { 'linkerd.io/extension': 'failover', ...labels },
  },
  spec: {
    selector: { matchLabels: { 'linkerd.io/extension': 'failover' } },
    template: { metadata: { labels: { 'linkerd.io/extension': 'failover' } }, spec: { containers: [] } },
  },
})

describe('help', () => {
  test('without any word, the list of commands', async () => {
    const { exitCode, stdout, stderr } = await run('')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('Usage: linkerd-failover COMMAND [flags]')
    expect(stdout).toMatch(/^ {2}version +Print the version/m)
  })

  test.each(['--help', '-h'])('%s is the same', async (flag) => {
    expect((await run(flag)).stdout).toBe((await run('')).stdout)
  })

  test('commands for programs are not listed', async () => {
    expect((await run('--help')).stdout).not.toContain('_extension-metadata')
  })

  test('of a command names its own flags, those of all commands, and examples', async () => {
    const { stdout } = await run('version --help')
    expect(stdout).toContain('--client')
    expect(stdout).toMatch(/Global flags:.*--linkerd-namespace.*Examples:/s)
    expect(stdout).not.toContain('--no-')
  })
})

describe('what Linkerd asks of an extension', () => {
  test('its metadata, to the letter', async () => {
    expect(await run('_extension-metadata')).toEqual({
      exitCode: 0,
      stdout: '{"name":"linkerd-failover","checks":"always"}\n',
      stderr: '',
    })
  })

  const contract = [
    '--api-addr=localhost:8085',
    '--context=c',
    '--as=me',
    '--as-group=[]',
    '--as-group=[a,b]',
    '--kubeconfig=k',
    '--linkerd-namespace=linkerd',
    '-L linkerd',
    '--verbose=false',
    '--verbose',
  ]

  test.each(contract)('%s is taken by every command, before or after its name', async (flag) => {
    expect((await run(`version --client ${flag}`)).exitCode).toBe(0)
    expect((await run(`${flag} version --client`)).exitCode).toBe(0)
  })

  test('the flags reach the cluster', async () => {
    const flags = '--as=me --as-group=[a,b] --as-group=c --context=ctx --kubeconfig=file'
    const asked: unknown[] = []
    const connect = async (options: unknown) => {
      asked.push(options)
      return { ok: false as const, error: 'nothing there' }
    }
    await run(`version ${flags}`, { connect })
    expect(asked).toEqual([
      expect.objectContaining({ as: 'me', asGroups: ['a', 'b', 'c'], context: 'ctx', kubeconfig: 'file' }),
    ])
  })
})

describe('a wrong command line is one line with a hint, and exit code 64', () => {
  test.each([
    ['frobnicate', "unknown command 'frobnicate'; see linkerd-failover --help"],
    [
      'version --clinet',
      "unknown option '--clinet' (Did you mean --client?); see linkerd-failover version --help",
    ],
    ['version --client=maybe', "unknown option '--client=maybe'; see linkerd-failover version --help"],
    ['version two', "too many arguments for 'version'"],
    ['version -o xml', 'Allowed choices are table, json, yaml; see linkerd-failover version --help'],
    ['version --context', "option '--context <name>' argument missing; see"],
  ])('%s', async (line, message) => {
    const { exitCode, stdout, stderr } = await run(line)
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/^linkerd-failover: [^\n]+\n$/)
  })
})

describe('the cluster', () => {
  test('none to be found', async () => {
    const { exitCode, stderr } = await run('version')
    expect(exitCode).toBe(64)
    expect(stderr).toBe(
      'linkerd-failover: no cluster to talk to; choose a kubeconfig with --kubeconfig, or one of its contexts with --context\n',
    )
  })

  test.each([
    ['--kubeconfig=f', 'correct the file, or choose one of its contexts with --context'],
    ['--context=c', 'choose a kubeconfig with --kubeconfig'],
    ['--kubeconfig=f --context=c', 'correct the file'],
  ])('none to be found with %s: no flag is advised that was given', async (flags, hint) => {
    expect((await run(`version ${flags}`)).stderr).toBe(`linkerd-failover: no cluster to talk to; ${hint}\n`)
  })

  test.each([
    ['', /; check the address in the kubeconfig, or choose another cluster with --context\n/],
    ['--context=c', /; check the address in the kubeconfig\n/],
  ])('not to be reached with %j', async (flags, hint) => {
    expect((await run(`version ${flags}`, { server: 'http://127.0.0.1:1' })).stderr).toMatch(hint)
  })

  test('not to be reached', async () => {
    const { exitCode, stderr } = await run('version', { server: 'http://127.0.0.1:1' })
    expect(exitCode).toBe(69)
    expect(stderr).toMatch(/cannot reach the API server at http:\/\/127.0.0.1:1 .*; check the address/)
  })

  test('refuses', async () => {
    sandbox.faults.fail(403, { resource: 'deployments', times: 1 })
    const { exitCode, stderr } = await run('version', { server: sandbox.url })
    expect(exitCode).toBe(69)
    expect(stderr).toMatch(/answered 403.*; ask for this permission/)
  })

  test('--verbose prints each request', async () => {
    const { stderr } = await run('version --verbose', { server: sandbox.url })
    expect(stderr).toMatch(/^GET \/apis\/apps\/v1\/deployments\?labelSelector=\S+ ok \d+ ms\n$/)
  })
})

describe('version', () => {
  test('of this program is that of the package', async () => {
    expect((await run('version --client')).stdout).toBe(`PROGRAM   VERSION\nclient    ${version}\n`)
    expect(JSON.parse((await run('version --client -o json')).stdout)).toEqual({ client: { version } })
  })

  test('without an operator in the cluster', async () => {
    const { exitCode, stdout } = await run('version', { server: sandbox.url })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/operator +not installed/)
  })

  test('of operators is what their Deployments say', async () => {
    sandbox.store.create(deployment('linkerd-failover', { 'app.kubernetes.io/version': '9.8.7' }))
    sandbox.store.create(deployment('unlabelled', {}))
    const { stdout } = await run('version', { server: sandbox.url })
    expect(stdout).toBe(
      [
        'PROGRAM                                      VERSION',
        `client                                       ${version}`,
        'operator linkerd-failover/linkerd-failover   9.8.7',
        'operator linkerd-failover/unlabelled         unknown (no label app.kubernetes.io/version)',
        '',
      ].join('\n'),
    )
    const yaml = await run('version -o yaml', { server: sandbox.url })
    expect(yaml.stdout).toContain('operators:\n  - namespace: linkerd-failover\n')
  })
})
