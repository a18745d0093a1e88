import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withGivenFlags } from './advice.ts'
import { Shop } from './testing/shop.ts'

/** Two installations, and no route. */
let shop: Shop
beforeAll(async () => {
  shop = await Shop.open()
  for (const namespace of ['mesh', 'other']) {
    shop.put({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace, name: 'linkerd-failover', labels: { 'linkerd.io/extension': 'failover' } },
      spec: { selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } } } },
    })
  }
})
afterAll(() => shop.close())

const advised = async (line: string) => (await shop.run(line)).stderr.split('; ').slice(1).join('; ')

describe('advice names a flag, but never one that was given', () => {
  test.each([
    ['explain ts/none', '--namespace', 'explain ts/none -n shop'],
    ['policy ts/none', '--namespace', 'policy ts/none --namespace shop'],
    ['pause ts/none', '--namespace', 'pause ts/none -n=shop'],
    ['status ts/none', '--namespace', 'status ts/none -n shop'],
    ['dashboard', '--namespace', 'dashboard -n shop'],
    ['dashboard --address 192.0.2.1', '--namespace', 'dashboard --address 192.0.2.1 -n shop'],
    ['migrate', '--selector', 'migrate -l app=web'],
    ['upgrade', '--namespace', 'upgrade -n shop'],
    ['prune', '--namespace', 'prune -n shop'],
  ])('%s advises %s, and %s does not', async (without, flag, line) => {
    expect(await advised(without)).toContain(flag)
    const stderr = await advised(line)
    expect(stderr).not.toBe('')
    expect(stderr).not.toContain(flag)
  })

  test.each(['uninstall', 'status ts/none -n shop', 'migrate -f /nowhere', 'diagnostics --file /nowhere/x'])(
    '%s advises no flag at all',
    async (line) => {
      expect((await advised(line)).replaceAll(/kubectl [^;]*/g, '')).not.toMatch(/--\w/)
    },
  )
})

describe('advised commands carry the flags that were given', () => {
  test.each([
    ['status ts/none --context prod', 'linkerd-failover status --context prod -A'],
    ['status ts/none -n shop --as eve --as-group a', 'linkerd-failover status --as eve --as-group a -A'],
    ['explain ts/none --kubeconfig /a/b.yaml --user me', 'status --kubeconfig /a/b.yaml --user me -A'],
    ['explain ts/none -L mesh', 'linkerd-failover status --linkerd-namespace mesh -A'],
    ['migrate --context prod -l app=web', 'kubectl --context prod get trafficsplits -A'],
    ['install --context prod', 'use: linkerd-failover upgrade --context prod'],
  ])('%s: %s', async (line, command) => {
    expect(await advised(line)).toContain(command)
  })

  test('quotes them for a shell, and leaves what is no command', async () => {
    const line = ['status', 'ts/none', '--context', `it's east`]
    expect((await shop.run(line)).stderr).toContain(`status --context 'it'\\''s east' -A`)
    const given = {
      command: 'upgrade',
      cluster: ['--context', 'x'],
      own: [],
      namespace: ['--namespace', 'm'],
    }
    const names = ['status', 'upgrade']
    for (const text of ['linkerd-failover runs', 'see linkerd-failover status --help', 'as kubectl has it'])
      expect(withGivenFlags(text, names, given)).toBe(text)
    expect(withGivenFlags('run linkerd-failover upgrade --reset-values, and', names, given)).toBe(
      'run linkerd-failover upgrade --context x --namespace m --reset-values, and',
    )
    expect(withGivenFlags('use linkerd failover status | kubectl apply -f -', names, given)).toBe(
      'use linkerd failover status --context x | kubectl --context x apply -f -',
    )
  })

  test.each(['', ' -o json', ' -o short'])('also the hints of check%s', async (output) => {
    const empty = await Shop.open()
    const { stdout } = await empty.run(`check --wait=0 --context prod -n shop${output}`)
    await empty.close()
    expect(stdout).toContain(
      'install it: linkerd failover install --context prod | kubectl --context prod apply -f -',
    )
  })
})
