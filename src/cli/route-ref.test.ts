import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { err, ok } from '../base/result.ts'
import { parseRouteRefs } from './route-ref.ts'
import { Shop } from './testing/shop.ts'
import type { RunOptions } from './testing/terminal.ts'

const kindsOf = (text: string) => {
  const refs = parseRouteRefs([text])
  return refs.ok ? refs.value.flatMap(({ codecs }) => codecs.map(({ kind }) => kind)) : refs.error.message
}

const both = ['HTTPRoute', 'HTTPRoute.policy.linkerd.io']

test.each([
  ['trafficsplit/web', ['TrafficSplit']],
  ['TrafficSplits/web', ['TrafficSplit']],
  ['ts/web', ['TrafficSplit']],
  ['ts.split.smi-spec.io/web', ['TrafficSplit']],
  ['trafficsplits.v1alpha2.split.smi-spec.io/web', ['TrafficSplit']],
  ['httproute/web', both],
  ['HTTPRoute/web', both],
  ['httproutes.gateway.networking.k8s.io/web', ['HTTPRoute']],
  ['httproute.gateway/web', ['HTTPRoute']],
  ['httproutes.v1beta3.policy.linkerd.io/web', ['HTTPRoute.policy.linkerd.io']],
  ['httproute.policy/web', ['HTTPRoute.policy.linkerd.io']],
  ['grpcroute/web', ['GRPCRoute']],
  ['grpcroutes/web', ['GRPCRoute']],
  ['tlsroute/web', ['TLSRoute']],
  ['tcproutes.gateway.networking.k8s.io/web', ['TCPRoute']],
  [
    'httproute.gateway.networking.k8s.io.x/web',
    '"httproute.gateway.networking.k8s.io.x" is not a kind of route',
  ],
  ['httproutes.v9.policy.linkerd.io/web', '"httproutes.v9.policy.linkerd.io" is not a kind of route'],
  ['route/web', '"route" is not a kind of route'],
])('%s names the kinds that kubectl would take it for', (text, kinds) => {
  expect(kindsOf(text)).toEqual(kinds)
})

const read = (...words: string[]) => {
  const refs = parseRouteRefs(words)
  return refs.ok ? refs.value.map(({ text }) => text) : refs.error.message
}

describe('several words', () => {
  test.each([
    ['ts web', ['ts/web']],
    ['ts web cart', ['ts/web', 'ts/cart']],
    ['HTTPRoute.policy.linkerd.io web', ['HTTPRoute.policy.linkerd.io/web']],
    ['web cart', ['web', 'cart']],
    ['ts/web httproute/cart', ['ts/web', 'httproute/cart']],
    ['ts', ['ts']],
    ['web ts', ['web', 'ts']],
    ['ts web httproute/cart', '"ts" is a kind, and "httproute/cart" names another'],
  ])('%s', (line, texts) => {
    expect(read(...line.split(' '))).toEqual(texts)
  })
})

describe('every command with a route', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await Shop.open()
    shop.service('web', 1)
    shop.service('web-east', 1)
    shop.split('web', { web: 1, 'web-east': 0 })
  })
  afterAll(() => shop.close())

  test.each(['explain', 'policy', 'history', 'status', 'pause', 'resume'])(
    '%s TYPE NAME is %s TYPE/NAME',
    async (command) => {
      expect((await shop.run(`${command} -n shop trafficsplit/web`)).exitCode).toBe(0)
      expect((await shop.run(`${command} ts web -n shop`)).exitCode).toBe(0)
      expect((await shop.run(`${command} trafficsplit web -n shop`)).exitCode).toBe(0)
    },
  )

  /** A cluster whose own definition of HTTPRoutes has a short name, as kubectl reads it. */
  const withShortName: RunOptions['wrap'] = (transport) => ({
    ...transport,
    request: async (req) => {
      const answer = await transport.request(req)
      if (!answer.ok || req.path !== '/apis/gateway.networking.k8s.io/v1') return answer
      return ok(
        JSON.parse(JSON.stringify(answer.value).replace('"httproutes"', '"httproutes","shortNames":["hr"]')),
      )
    },
  })

  test.each(['explain', 'policy', 'history', 'status', 'pause', 'resume'])(
    '%s takes the short names that the cluster has for a kind',
    async (command) => {
      shop.httpRoute('web', [{ web: 1, 'web-east': 0 }])
      for (const name of ['hr/web', 'HR web']) {
        const line = `${command} ${name} -n shop`
        expect(await shop.run(line, { wrap: withShortName })).toMatchObject({ exitCode: 0 })
      }
      expect(await shop.run(`${command} hr/web -n shop`)).toMatchObject({
        exitCode: 64,
        stderr: expect.stringContaining('"hr" is not a kind of route; the kinds are: trafficsplit, '),
      })
    },
  )

  test('names in full cost no look at the cluster, and a cluster that is not there changes no sentence', async () => {
    const before = shop.sandbox.store.requestLog().length
    expect(await shop.run('status foo/web', { connect: async () => err('no way') })).toMatchObject({
      exitCode: 64,
    })
    expect(await shop.run('status a/b/c')).toMatchObject({ exitCode: 64 })
    expect(shop.sandbox.store.requestLog()).toHaveLength(before)
  })

  test.each(['explain', 'policy', 'history', 'status'])('%s of two routes is refused', async (command) => {
    expect(await shop.run(`${command} web cart -n shop`)).toEqual({
      exitCode: 64,
      stdout: '',
      stderr: 'linkerd-failover: "web" and "cart" are two routes; name one, for example trafficsplit web\n',
    })
  })
})
