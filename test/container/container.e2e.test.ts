import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { openCluster } from '../e2e/cluster.ts'
import { eventually } from '../e2e/eventually.ts'
import { follow, type Operator } from '../e2e/operator.ts'
import { startContainer } from './container.ts'
import { type Image, makeImage } from './image.ts'

let folder: string
let image: Image
let controlPlane: ControlPlane
let pod: { readonly serviceAccount: string; readonly server: string }
const started: Operator[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'container-'))
  image = await makeImage(folder)
  controlPlane = await startControlPlane()
  await controlPlane.installCrd()
  pod = { serviceAccount: await controlPlane.operatorServiceAccount(), server: controlPlane.url }
})

afterAll(async () => {
  await Promise.all(started.map((operator) => operator.kill()))
  await controlPlane?.stop()
  rmSync(folder, { recursive: true, force: true })
})

function start(...flags: string[]): Operator & { readonly proc: string } {
  const child = startContainer(image, { ...pod, args: ['--admin-addr', '127.0.0.1:0', ...flags] })
  const operator = follow(child)
  started.push(operator)
  return { ...operator, proc: `/proc/${child.pid}` }
}

test('the image fails a service over and back with nothing but a token and a certificate', async () => {
  const cluster = openCluster(controlPlane.api)
  await cluster.addService('cart', 1)
  await cluster.addService('cart-b', 1)
  await cluster.addSplit('cart', { cart: 1, 'cart-b': 0 })
  const operator = start('--log-format', 'json')
  await operator.ready()

  await cluster.setReady('cart', 0)
  await cluster.weightsBecome('cart', { cart: 0, 'cart-b': 1 })
  await cluster.setReady('cart', 1)
  await cluster.weightsBecome('cart', { cart: 1, 'cart-b': 0 })
  await eventually(async () => expect(await cluster.events({ split: 'cart' })).toHaveLength(2))
  const port = /"port":(\d+)/.exec(operator.output())?.[1]
  const page = await fetch(`http://127.0.0.1:${port}/`)
  expect(await page.text(), 'the dashboard').toContain('<script type="module"')
  await operator.stop()
})

test('it runs as a user without privileges, sees only the image, and can write nowhere', async () => {
  const operator = start('--log-format', 'json')
  await operator.ready()
  const status = readFileSync(`${operator.proc}/status`, 'utf8')
  const [user] = image.user.split(':')
  expect(status).toMatch(new RegExp(`^Uid:(\\s+${user}){4}$`, 'm'))
  expect(status).toMatch(/^Groups:\s*$/m)
  expect(status).toMatch(/^CapEff:\s+0+$/m)
  expect(status).toMatch(/^CapPrm:\s+0+$/m)
  expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
  expect(readdirSync(`${operator.proc}/root`)).toEqual(readdirSync(folder))
  for (const place of ['', 'operator', 'var/run/secrets/kubernetes.io/serviceaccount']) {
    expect(() => writeFileSync(`${operator.proc}/root/${place}/written`, ''), place).toThrow('EROFS')
  }
  await operator.stop()
})

test('it writes plain lines too, which is the default of the chart', async () => {
  const operator = start()
  await eventually(async () => expect(operator.output()).toContain('this replica now performs failovers'))
  expect(operator.output()).toContain('INFO: linkerd-failover starts')
  await operator.stop()
})
