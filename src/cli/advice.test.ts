import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
