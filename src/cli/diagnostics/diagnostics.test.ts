import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { linkCrd } from '../../../sandbox/gateway-crds.ts'
import { systemClock } from '../../base/clock.ts'
import { err, ok } from '../../base/result.ts'
import type { Transport } from '../../kube/http/transport.ts'
import { Pods, withoutWait } from '../destination/testing/pods.ts'
import { recorded } from '../destination/testing/recorded.ts'
import { Shop } from '../testing/shop.ts'
import type { RunOptions } from '../testing/terminal.ts'

const now = new Date('2026-11-25T12:00:00.000Z')
const top = 'linkerd-failover-diagnostics-20261125T120000Z'
const token = ['eyJhbGciOiJSUzI1NiJ9', 'eyJzdWIiOiJzeXN0ZW0ifQ', 'c2lnbmF0dXJl'].join('.')

/** What the sandbox does not play: logs of Pods, and the proxy to them. */
const pages: Record<string, string> = {
  '/api/v1/namespaces/linkerd-failover/pods/operator-1/log': `started with Bearer ${token}\n`,
  '/api/v1/namespaces/linkerd-failover/pods/operator-1:8080/proxy/live': 'ok\n',
  '/api/v1/namespaces/linkerd-failover/pods/operator-1:8080/proxy/ready': 'ok\n',
  '/api/v1/namespaces/linkerd-failover/pods/operator-1:8080/proxy/metrics': 'linkerd_failover_routes 1\n',
  '/api/v1/namespaces/linkerd-failover/pods/operator-1:8080/proxy/api/v1/status': '{"version":"1"}',
  '/api/v1/namespaces/linkerd-failover/pods/operator-1:8080/proxy/api/v1/timeline': '{"items":[]}',
  '/api/v1/namespaces/linkerd-failover/pods/operator-1:8080/proxy/api/v1/routes': '{"items":[]}',
}
const previous = 'previous terminated container "linkerd-failover" in pod "operator-1" not found'
const wrap = (transport: Transport): Transport => ({
  ...transport,
  request: async (req) => {
    const page = pages[req.path]
    if (req.query?.previous) return err({ kind: 'rejected', status: 400, message: previous })
    return page === undefined ? transport.request(req) : ok(page)
  },
})

let shop: Shop
let pods: Pods
let folder: string
let file: string
let options: RunOptions
beforeEach(async () => {
  shop = await Shop.open()
  folder = await mkdtemp(join(tmpdir(), 'diagnostics-'))
  file = join(folder, 'it.tar.gz')
  pods = new Pods(shop)
  await pods.destination('destination-1', () => recorded('changed'))
  const clock = withoutWait({ ...systemClock, wallTime: () => now })
  options = { wrap, clock, forward: pods.forward }
  shop.install()
  shop.lead(now)
  shop.service('web', 1)
  shop.service('unrelated', 1)
  shop.mirrored('web-east', 'east', 1)
  shop.split('web', { web: 1, 'web-east': 0 })
  shop.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'linkerd-failover',
      name: 'operator-1',
      labels: { 'linkerd.io/extension': 'failover' },
    },
    spec: { containers: [{ name: 'linkerd-failover', env: [{ name: 'PASSWORD', value: 'hunter2' }] }] },
  })
  shop.put({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'linkerd-failover', name: 'a-secret' },
    data: { password: 'aHVudGVyMw==' },
  })
})
afterEach(async () => {
  pods.close()
  await shop.close()
  await rm(folder, { recursive: true })
})

/** Files of the archive by path, without the folder that all of them are in. */
async function unpack(path = file): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  const reader = extract()
  reader.end(gunzipSync(await readFile(path)))
  for await (const entry of reader) {
    expect(entry.header.name.startsWith(`${top}/`)).toBe(true)
    files.set(entry.header.name.slice(top.length + 1), await text(entry))
  }
  return files
}

const collect = (more: RunOptions = {}) => shop.run(['diagnostics', '-f', file], { ...options, ...more })

describe('the archive', () => {
  test('has what a bug report needs', async () => {
    const { exitCode, stdout, stderr } = await collect()
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const files = await unpack()
    expect([...files.keys()].sort()).toEqual([
      'README.txt',
      'check.json',
      'linkerd/destination.json',
      'operator/deployments.json',
      'operator/events-linkerd-failover.json',
      'operator/events-of-routes.json',
      'operator/leases-linkerd-failover.json',
      'operator/operator-1/linkerd-failover.log',
      'operator/operator-1/live.txt',
      'operator/operator-1/metrics.txt',
      'operator/operator-1/ready.txt',
      'operator/operator-1/routes.json',
      'operator/operator-1/status.json',
      'operator/operator-1/timeline.json',
      'operator/pods.json',
      'readiness/endpoints.json',
      'readiness/endpointslices.json',
      'readiness/services.json',
      'routes/trafficsplits.split.smi-spec.io.json',
      'status.json',
      'version.json',
    ])
    expect(stdout).toBe(`wrote ${file}: ${files.size} files\n`)
    expect(JSON.parse(files.get('status.json') ?? '').routes[0]).toMatchObject({
      name: 'web',
      state: 'primary',
    })
    expect(JSON.parse(files.get('check.json') ?? '').success).toBe(true)
    expect(files.get('operator/operator-1/metrics.txt')).toBe('linkerd_failover_routes 1\n')
    expect(files.get('README.txt')).toContain('operator/operator-1/metrics.txt')
  })

  test('has what Linkerd gives to proxies, and names the Pod that differs', async () => {
    await pods.destination('destination-2', () => recorded('recreated'))
    shop.service('web', 2)
    const { stdout } = await collect()
    expect(stdout).not.toContain('could not be collected')
    const view = JSON.parse((await unpack()).get('linkerd/destination.json') ?? '')
    expect(view.pods.map(({ pod }: { pod: string }) => pod)).toEqual(['destination-1', 'destination-2'])
    expect(view.differences).toMatchObject([
      { kind: 'none', pod: 'destination-2', service: 'shop/web', port: 80, endpoints: 0, ready: 2 },
    ])
  })

  test('has the Links to other clusters', async () => {
    shop.put(linkCrd())
    shop.put({
      apiVersion: 'multicluster.linkerd.io/v1alpha3',
      kind: 'Link',
      metadata: { namespace: 'linkerd-multicluster', name: 'east' },
      spec: { targetClusterName: 'east' },
    })
    await collect()
    const links = JSON.parse((await unpack()).get('linkerd/links.json') ?? '[]')
    expect(links).toMatchObject([{ spec: { targetClusterName: 'east' } }])
  })

  test('holds of the cluster only what concerns controlled routes', async () => {
    await collect()
    const files = await unpack()
    expect(files.get('readiness/endpointslices.json')).toContain('web-1')
    expect(files.get('readiness/endpoints.json')).toContain('web-east')
    expect([...files.values()].join()).not.toContain('unrelated')
  })

  test('holds no secrets, tokens or values of the environment', async () => {
    await collect()
    const all = [...(await unpack()).values()].join('\n')
    for (const secret of ['hunter2', 'aHVudGVyMw', 'a-secret', token]) expect(all).not.toContain(secret)
    expect(all).toContain('PASSWORD')
    expect(all).toContain('started with Bearer (removed)')
    const kinds = shop.sandbox.store.requestLog().map(({ resource }) => resource)
    expect(kinds).not.toContain('secrets')
    expect(kinds).not.toContain('configmaps')
  })

  test('is for its owner only', async () => {
    await collect()
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test('overwrites nothing', async () => {
    await collect()
    const before = await readFile(file)
    const { exitCode, stderr } = await collect()
    expect(exitCode).toBe(64)
    expect(stderr).toContain('EEXIST')
    expect(await readFile(file)).toEqual(before)
  })

  test('cannot be written everywhere', async () => {
    const { exitCode, stderr } = await shop.run(
      ['diagnostics', '-f', join(folder, 'no/such.tar.gz')],
      options,
    )
    expect(exitCode).toBe(64)
    expect(stderr).toMatch(/cannot be written: ENOENT.*; choose a file that you may write\n$/)
  })
})

describe('what cannot be had is said, and the rest is there', () => {
  test('without an operator', async () => {
    const bare = await Shop.open()
    const { exitCode, stdout } = await bare.run(['diagnostics', '-f', file], options)
    expect(exitCode).toBe(0)
    expect(stdout).toContain(
      'could not be collected:\n  logs and metrics of the operator: no Pod of the operator exists\n',
    )
    expect((await unpack()).get('README.txt')).toContain('no Pod of the operator exists')
    await bare.close()
  })

  test('without the proxy to Pods and without logs', async () => {
    const { exitCode, stdout } = await collect({ wrap: (transport) => transport })
    expect(exitCode).toBe(0)
    expect(stdout).toContain('  operator/operator-1/metrics.txt: GET ')
    expect(stdout).toContain('  operator/operator-1/linkerd-failover.log: GET ')
    expect((await unpack()).has('status.json')).toBe(true)
  })

  test('without a way to the Pods of Linkerd', async () => {
    const forward: RunOptions['forward'] = async () => err({ kind: 'forbidden', message: 'answered 403' })
    const { exitCode, stdout } = await collect({ forward })
    expect(exitCode).toBe(0)
    expect(stdout).toContain(
      '  what Linkerd gives to proxies: destination-1: you may not forward a port to Pods in namespace linkerd: answered 403; ask',
    )
    expect((await unpack()).get('linkerd/destination.json')).toContain('you may not forward a port')
  })

  test.each([
    ['endpointslices', 'routes: '],
    ['pods', 'pods: '],
    ['events', 'the times of the newest transitions: '],
    ['leases', 'leases-linkerd-failover: '],
  ])('without %s', async (resource, message) => {
    shop.sandbox.faults.fail(403, { resource })
    const { exitCode, stdout } = await collect()
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`  ${message}`)
    expect((await unpack()).has('check.json')).toBe(true)
  })
})

test('Ctrl-C leaves no archive behind', async () => {
  const signal = AbortSignal.abort()
  expect((await collect({ signal })).exitCode).toBe(130)
  await expect(stat(file)).rejects.toThrow('ENOENT')
})

test('its name tells the time', async () => {
  const home = process.cwd()
  process.chdir(folder)
  try {
    const { stdout } = await shop.run('diagnostics', options)
    expect(stdout).toContain(`wrote ${top}.tar.gz`)
    expect((await unpack(join(folder, `${top}.tar.gz`))).size).toBeGreaterThan(10)
  } finally {
    process.chdir(home)
  }
})
