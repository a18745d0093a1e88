import { afterEach, describe, expect, it } from 'vitest'
import { fastClock } from '../src/kube/testing/fast-clock.ts'
import { startSandbox } from './server.ts'

const running: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.stop()
})

/** Its seconds are tenths of ours. */
const clock = fastClock(10)

async function sandboxWith(...names: string[]) {
  const sandbox = await startSandbox({ clock })
  running.push(sandbox)
  for (const name of names) map(sandbox.store, name)
  return sandbox
}

type Store = Awaited<ReturnType<typeof startSandbox>>['store']
const map = (store: Store, name: string) =>
  store.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } })
const path = '/api/v1/namespaces/default/configmaps'

async function textOf(response: Response): Promise<string> {
  return response.text()
}

describe('faults', () => {
  it('fails as often as ordered, with Retry-After', async () => {
    const { url, faults } = await sandboxWith()
    faults.fail(429, { method: 'GET', resource: 'configmaps', times: 1, retryAfterSeconds: 3 })
    expect((await fetch(`${url}/api/v1/namespaces`)).status).toBe(200)
    const failed = await fetch(url + path)
    expect([failed.status, failed.headers.get('retry-after')]).toEqual([429, '3'])
    expect(await failed.json()).toMatchObject({ kind: 'Status', code: 429, reason: 'TooManyRequests' })
    expect((await fetch(url + path)).status).toBe(200)
  })

  it('refuses connections until cleared', async () => {
    const { url, faults } = await sandboxWith()
    faults.refuse()
    await expect(fetch(url + path)).rejects.toThrow()
    faults.clear()
    expect((await fetch(url + path)).status).toBe(200)
  })

  it('cuts open watches, and only those', async () => {
    const { url, faults, store } = await sandboxWith('a')
    const watch = await fetch(`${url}${path}?watch=1`)
    faults.cutWatches()
    await expect(textOf(watch)).rejects.toThrow()
    const again = await fetch(
      `${url}${path}?watch=1&timeoutSeconds=1&resourceVersion=${store.resourceVersion}`,
    )
    expect(await textOf(again)).toBe('')
  })

  it('expires: open watches get a 410, and so do old versions and continue tokens', async () => {
    const { url, faults, store } = await sandboxWith('a', 'b')
    const before = store.resourceVersion
    const page = await (await fetch(`${url}${path}?limit=1`)).text()
    const token = /"continue":"([^"]+)"/.exec(page)?.[1]
    const watch = await fetch(`${url}${path}?watch=1&resourceVersion=${before}`)
    faults.expire()
    expect(await textOf(watch)).toContain('"code":410')
    expect(await textOf(await fetch(`${url}${path}?watch=1&resourceVersion=${before}`))).toContain(
      '"Expired"',
    )
    expect((await fetch(`${url}${path}?limit=1&continue=${token}`)).status).toBe(410)
    expect((await fetch(url + path)).status).toBe(200)
  })

  it('restores a backup: what came later never was, and versions are counted again', async () => {
    const { url, faults, store } = await sandboxWith('changed', 'deleted')
    const backup = faults.backUp()
    const [before, was] = [store.resourceVersion, store.get('configmaps', 'default', 'changed')]
    store.update({ ...map(store, 'made'), data: { a: '1' } })
    store.delete('configmaps', 'default', 'deleted')
    store.delete('configmaps', 'default', 'changed')
    map(store, 'changed')
    const page = await (await fetch(`${url}${path}?limit=1`)).text()
    const token = /"continue":"([^"]+)"/.exec(page)?.[1]
    const later = store.resourceVersion
    const watch = await fetch(`${url}${path}?watch=1`)
    faults.restore(backup)
    await expect(textOf(watch)).rejects.toThrow()
    expect(store.resourceVersion).toBe(before)
    expect(store.list('configmaps', 'default').map(({ metadata }) => metadata.name)).toEqual([
      'changed',
      'deleted',
    ])
    expect(store.get('configmaps', 'default', 'changed')).toEqual(was)
    expect((await fetch(`${url}${path}?resourceVersion=${later}`)).status).toBe(504)
    expect((await fetch(`${url}${path}?limit=1&continue=${token}`)).status).toBe(500)
    const old = fetch(`${url}${path}?watch=1&timeoutSeconds=1&resourceVersion=${Number(before) - 1}`)
    expect(await textOf(await old)).toContain('"code":410')
  })

  it('says nothing to a watch from before the restore until it is as far again', async () => {
    const { url, faults, store } = await sandboxWith()
    const backup = faults.backUp()
    for (const name of ['a', 'b']) map(store, name)
    const from = store.resourceVersion
    faults.restore(backup)
    const watch = await fetch(`${url}${path}?watch=1&timeoutSeconds=1&resourceVersion=${from}`)
    for (const name of ['c', 'd', 'e']) map(store, name)
    const heard = await textOf(watch)
    expect([...heard.matchAll(/"name":"(.)"/g)].map(([, name]) => name)).toEqual(['e'])
  })

  it('serves the kinds that a restored backup defines, and no others', async () => {
    const { faults, store } = await sandboxWith()
    const [kept, made] = ['trafficsplits.split.smi-spec.io', 'httproutes.gateway.networking.k8s.io']
    const definition = store.get('customresourcedefinitions', '', made)
    store.delete('customresourcedefinitions', '', made)
    const backup = faults.backUp()
    store.delete('customresourcedefinitions', '', kept)
    if (!definition) throw new Error('no definition of HTTPRoutes')
    store.create({ ...definition, metadata: { name: made } })
    faults.restore(backup)
    expect(store.list(kept)).toEqual([])
    expect(() => store.list(made)).toThrow('does not serve')
  })

  it('shows stale lists and objects until cleared', async () => {
    const { url, faults, store } = await sandboxWith('a')
    faults.stale()
    map(store, 'b')
    expect(await textOf(await fetch(url + path))).not.toContain('"b"')
    expect((await fetch(`${url}${path}/b`)).status).toBe(404)
    faults.clear()
    expect(await textOf(await fetch(url + path))).toContain('"b"')
  })

  it('answers slowly', async () => {
    const { url, faults } = await sandboxWith()
    faults.slow(500)
    const began = performance.now()
    await fetch(url + path)
    expect(performance.now() - began).toBeGreaterThanOrEqual(45)
  })

  it('counts requests by verb and resource', async () => {
    const { url, store } = await sandboxWith('a')
    await fetch(url + path)
    await fetch(`${url}${path}/a`)
    await fetch(`${url}/api/v1/pods`)
    expect(store.requests()).toBe(3)
    expect(store.requests({ resource: 'configmaps' })).toBe(2)
    expect(store.requests({ verb: 'list', resource: 'configmaps' })).toBe(1)
    store.clearRequests()
    expect(store.requests()).toBe(0)
  })

  it('expires versions that fall out of a bounded history', async () => {
    const sandbox = await startSandbox({ history: 2, clock })
    running.push(sandbox)
    const before = sandbox.store.resourceVersion
    for (const name of ['a', 'b', 'c', 'd', 'e']) map(sandbox.store, name)
    const watch = (version: string) =>
      fetch(`${sandbox.url}${path}?watch=1&timeoutSeconds=1&resourceVersion=${version}`).then(textOf)
    expect(await watch(before)).toContain('"code":410')
    expect(await watch(String(Number(sandbox.store.resourceVersion) - 1))).toContain('"name":"e"')
  })
})
