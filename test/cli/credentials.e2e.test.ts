import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import { systemClock } from '../../src/base/clock.ts'
import { loadClusterConfig } from '../../src/kube/cluster/find-cluster.ts'
import { createTransport, type Transport } from '../../src/kube/http/transport.ts'
import { connect } from '../control-plane/api.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { eventually } from '../e2e/eventually.ts'

/** An exec plugin whose tokens a real API server stops taking. */
let controlPlane: ControlPlane
let dir: string
let transport: Transport

const apiVersion = 'client.authentication.k8s.io/v1'
const secrets = '/api/v1/namespaces/default/secrets'
const accounts = '/api/v1/namespaces/default/serviceaccounts'
const answer = z.object({ status: z.object({ token: z.string() }) })

/** A token that is good as long as the Secret of this name exists. */
async function tokenOf(secret: string): Promise<string> {
  const { api } = controlPlane
  await api.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: secret } })
  const boundObjectRef = { apiVersion: 'v1', kind: 'Secret', name: secret }
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { boundObjectRef } }
  return (await api.post(`${accounts}/somebody/token`, request, answer)).status.token
}

/** Deletes the Secret, and waits until the server no longer takes its token: it remembers a good one for 10 s. */
async function revoke(secret: string, token: string): Promise<void> {
  await controlPlane.api.remove(`${secrets}/${secret}`)
  const client = connect({ ...controlPlane, token, connections: 1 })
  await eventually(async () => expect(await client.status('/version')).toBe(401), 60_000)
  await client.close()
}

/** From now on the plugin prints this token. */
const print = (token: string) => writeFileSync(join(dir, 'token'), token)
const runs = () => readFileSync(join(dir, 'runs'), 'utf8').length
const version = () => transport.request({ method: 'GET', path: '/version' })

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'credentials-'))
  controlPlane = await startControlPlane()
  await controlPlane.api.create(accounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'somebody' },
  })
  const script = `#!${process.execPath}
    const { appendFileSync, readFileSync } = require('node:fs')
    appendFileSync(__dirname + '/runs', 'x')
    const token = readFileSync(__dirname + '/token', 'utf8')
    console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: '${apiVersion}', status: { token } }))`
  writeFileSync(join(dir, 'plugin'), script)
  chmodSync(join(dir, 'plugin'), 0o755)
  const ca = Buffer.from(controlPlane.ca).toString('base64')
  const cluster = { server: controlPlane.url, 'certificate-authority-data': ca }
  const exec = { apiVersion, command: './plugin', interactiveMode: 'Never' }
  const content = {
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    clusters: [{ name: 'x', cluster }],
    users: [{ name: 'x', user: { exec } }],
  }
  writeFileSync(join(dir, 'config'), stringify(content))
})
afterAll(async () => {
  await transport?.close()
  await controlPlane?.stop()
  rmSync(dir, { recursive: true, force: true })
})

it('the plugin runs again when the API server no longer takes its token, once for all requests', async () => {
  const first = await tokenOf('first')
  print(first)
  const config = await loadClusterConfig({ kubeconfig: join(dir, 'config') }, {}, systemClock)
  if (!config.ok) throw new Error(config.error)
  transport = createTransport(config.value, systemClock)
  expect(await version()).toMatchObject({ ok: true })
  expect(runs()).toBe(1)

  const second = await tokenOf('second')
  print(second)
  await revoke('first', first)
  const answers = await Promise.all(Array.from({ length: 20 }, version))
  expect(answers.filter(({ ok }) => !ok)).toEqual([])
  expect(runs()).toBe(2)

  // Now it has no other: the request fails with the words of the server, and the plugin is left in peace for 5 s.
  await revoke('second', second)
  const before = runs()
  const start = performance.now()
  const failed = await Promise.all(Array.from({ length: 20 }, version))
  for (const one of failed) expect(one).toMatchObject({ ok: false, error: { kind: 'unauthorized' } })
  expect(await version()).toMatchObject({ ok: false })
  const most = 1 + Math.floor((performance.now() - start) / 5_000)
  expect(runs() - before).toBeGreaterThanOrEqual(1)
  expect(runs() - before).toBeLessThanOrEqual(most)
})
