import { afterEach, beforeEach, expect, test } from 'vitest'
import { Pods } from '../destination/testing/pods.ts'
import { Shop } from '../testing/shop.ts'

let shop: Shop
let pods: Pods
beforeEach(async () => {
  shop = await Shop.open()
  pods = new Pods(shop)
  shop.service('web', 1)
  shop.mirrored('web-east', 'east', 1)
  shop.split('web', { web: 1, 'web-east': 0 })
})
afterEach(async () => {
  pods.close()
  await shop.close()
})

const explain = (flags = '') =>
  shop.run(`explain ts/web ${flags}`, { forward: pods.forward, namespace: 'shop' })
const gateway = (cluster: string, state: string, trouble = '') => ({
  cluster,
  state,
  since: '2026-11-25T12:00:00.000Z',
  trouble,
})

test('the gateways of its clusters are shown as the operator probes them', async () => {
  const east = gateway('east', 'down', 'no answer within 500 ms')
  await pods.operator((request, response) => {
    expect(request.url).toBe('/api/v1/status')
    response.end(JSON.stringify({ gateways: [east, gateway('west', 'up')] }))
  })
  const { stdout } = await explain()
  expect(stdout).toContain(
    '\nGateways, by the probes of the operator:\n  east: down since 2026-11-25T12:00:00Z (no answer within 500 ms)\n\n',
  )
  expect(JSON.parse((await explain('-o json')).stdout).gateways).toEqual([east])
})

test('without an operator nothing is said of gateways', async () => {
  expect((await explain()).stdout).not.toMatch(/gateway/i)
  expect(JSON.parse((await explain('-o json')).stdout).gateways).toBeNull()
})

test('an operator that does not answer is said not to', async () => {
  await pods.operator((_, response) => response.writeHead(500).end())
  expect((await explain()).stdout).toContain(
    'how gateways are: linkerd-failover/operator-1: the operator answered with status 500',
  )
})

test('a route without backends in other clusters asks nothing', async () => {
  shop.split('web', { web: 1, spare: 0 })
  await pods.operator((_, response) => response.writeHead(500).end())
  expect((await explain()).stdout).not.toMatch(/gateway/i)
  expect(pods.asked).toEqual([])
})

test('a gateway that is down is a finding of explain, status and check, as it is of the operator', async () => {
  const east = gateway('east', 'down', 'no answer within 500 ms')
  await pods.operator((_, response) => response.end(JSON.stringify({ gateways: [east] })))
  const message =
    'the gateway of cluster east does not answer (no answer within 500 ms), so the Service shop/web-east, which is mirrored through it, cannot take over; repair the gateway, or the way to it'
  expect((await explain()).stdout).toContain(`  GatewayDown: ${message}\n`)
  const options = { forward: pods.forward, namespace: 'shop' }
  expect((await shop.run('status', options)).stdout).toMatch(/ FINDINGS .*\n.* GatewayDown/)
  const { routes } = JSON.parse((await shop.run('status -o json', options)).stdout)
  expect(routes[0].findings).toContainEqual({ reason: 'GatewayDown', message })
  shop.install()
  expect((await shop.run('check --wait=0', options)).stdout).toContain(
    `* TrafficSplit shop/web: GatewayDown: ${message}`,
  )
})

test('status says that an operator does not answer, and nothing without one', async () => {
  const options = { forward: pods.forward, namespace: 'shop' }
  expect((await shop.run('status', options)).stderr).toBe('')
  await pods.operator((_, response) => response.writeHead(500).end())
  expect((await shop.run('status', options)).stderr).toBe(
    'how gateways are: linkerd-failover/operator-1: the operator answered with status 500\n',
  )
})
