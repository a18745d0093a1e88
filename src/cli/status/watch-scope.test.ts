import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { err } from '../../base/result.ts'
import { fastClock } from '../../kube/testing/fast-clock.ts'
import { addDrain, followDrains } from '../drains/testing/drains.ts'
import { Shop } from '../testing/shop.ts'
import type { RunOptions } from '../testing/terminal.ts'

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
  shop.service('web', 1)
  shop.service('east', 2)
  shop.split('web', { web: 1, east: 0 })
})
afterEach(() => shop.close())

const clock = fastClock(10)

/** The rights of a Role in these namespaces: reading anything elsewhere is refused. */
function roleIn(...namespaces: string[]): NonNullable<RunOptions['wrap']> {
  const isAllowed = (path: string) =>
    // Discovery is for everybody.
    /^\/apis?(\/[^/]+){0,2}$/.test(path) || namespaces.some((name) => path.includes(`/namespaces/${name}/`))
  const refuse = (path: string) => err({ kind: 'forbidden', message: `GET ${path}: answered 403` } as const)
  return (transport) => ({
    ...transport,
    request: async (req) => (isAllowed(req.path) ? transport.request(req) : refuse(req.path)),
    stream: async (req) => (isAllowed(req.path) ? transport.stream(req) : refuse(req.path)),
  })
}

/** A running command, and what it has printed. */
function watching(line: string, options: RunOptions = {}) {
  const ending = new AbortController()
  let text = ''
  const onOutput = (piece: string) => {
    text += piece
  }
  const ended = shop.run(line, { clock, ...options, signal: ending.signal, onOutput })
  return {
    seen: (pattern: RegExp) =>
      vi.waitFor(() => expect(text).toMatch(pattern), { timeout: 20_000, interval: 5 }),
    end: async () => {
      ending.abort()
      return ended
    },
  }
}

describe('status -n NS --watch of a user of one namespace', () => {
  test('shows its routes, and each change', async () => {
    const { seen, end } = watching('status -n shop --watch', { wrap: roleIn('shop') })
    await seen(/^NAMESPACE .*\nshop .* primary +web:1 \(1\/1\) .*\n$/)
    shop.service('web', 0)
    await seen(/shop\/web failover \(due\)/)
    expect(await end()).toMatchObject({ exitCode: 0, stderr: '' })
  })

  test('follows the Drains of the namespace, and reports that others are left out', async () => {
    followDrains(shop)
    addDrain(shop, 'shop/web', {
      from: [{ service: { name: 'web', namespace: 'shop' } }],
      until: '2999-01-01T00:00:00Z',
    })
    const { seen, end } = watching('status -n shop --watch', { wrap: roleIn('shop') })
    await seen(/shop\/web +service\/shop\/web/)
    const { stderr } = await end()
    expect(stderr).toMatch(
      /^Drains could not be read and are left out: GET .*\/linkerd-failover\/drains: .*403\n$/,
    )
  })

  test('leaves out the kinds that one may not list, with one warning', async () => {
    shop.sandbox.faults.fail(403, { resource: 'httproutes' })
    const { seen, end } = watching('status -n shop --watch')
    await seen(/^NAMESPACE .*\nshop .* primary/)
    expect((await end()).stderr).toBe(
      'left out, since you may not list the routes of namespace shop: HTTPRoute, HTTPRoute.policy.linkerd.io\n',
    )
  })

  test('watches nothing outside the namespaces of its routes', async () => {
    const { seen, end } = watching('status -n shop --watch')
    await seen(/primary/)
    await end()
    const wide = shop.sandbox.store
      .requestLog()
      .filter(
        ({ verb, namespace, resource }) =>
          ['list', 'watch'].includes(verb) && namespace === undefined && resource !== 'links',
      )
    expect(wide).toEqual([])
  })
})

test('backends in other namespaces are watched too, and later ones are unknown', async () => {
  shop.service('other/api', 1)
  shop.service('third/api', 1)
  const api = (namespace: string) =>
    shop.put({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { namespace: 'shop', name: 'api', labels: { 'failover.linkerd.io/controlled-by': '' } },
      spec: {
        parentRefs: [{ group: 'core', kind: 'Service', name: 'web', port: 80 }],
        rules: [
          {
            backendRefs: [
              { name: 'api', namespace, port: 80, weight: 1 },
              { name: 'web', port: 80, weight: 0 },
            ],
          },
        ],
      },
    })
  api('other')
  const { seen, end } = watching('status -n shop --watch')
  await seen(/HTTPRoute +api\[0\] +primary +other\/api:1 \(1\/1\)/)
  shop.service('other/api', 0)
  await seen(/HTTPRoute shop\/api failover \(due\)/)
  api('third')
  await seen(
    /HTTPRoute shop\/api hold, .*third\/api in this cluster is not known: its namespace is not watched/,
  )
  await end()
})
