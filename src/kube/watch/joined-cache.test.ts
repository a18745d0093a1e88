import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts'
import { systemClock } from '../../base/clock.ts'
import { err } from '../../base/result.ts'
import { createTransport, type Transport } from '../http/transport.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { always } from './cache.ts'
import { createJoinedCache, type ReadCache } from './joined-cache.ts'

let sandbox: Sandbox
let transport: Transport
let cache: ReadCache<string>
beforeEach(async () => {
  sandbox = await startSandbox({ controllers: false })
  const server = sandbox.url
  transport = createTransport({ server, credentials: () => ({ headers: {} }), source: 'test' }, systemClock)
})
afterEach(async () => {
  await cache.stop()
  await transport.close()
  await sandbox.stop()
})

const put = (namespace: string, name: string) =>
  sandbox.store.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name } })

function watching(namespaces: readonly string[] | undefined, changes: string[] = []): ReadCache<string> {
  const resource = { group: '', version: 'v1', plural: 'configmaps' }
  const onChange = ({ key }: { key: string }) => void changes.push(key)
  const options = { name: 'configmaps', resource: always(resource), project: String, onChange }
  const log = createMemoryLog()
  const tools = { transport, clock: systemClock, random: () => 0.5, log, onState: () => {} }
  cache = createJoinedCache(options, tools, namespaces)
  return cache
}

const keysOf = ({ reader }: ReadCache<string>) => [...reader.entries()].map(([key]) => key).sort()
const soon = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 })

test('namespaces are read as one, each with its own lists and watches', async () => {
  for (const namespace of ['a', 'b', 'c']) put(namespace, 'one')
  const changes: string[] = []
  const { reader, state, start } = watching(['a', 'b'], changes)
  expect([reader.synced, state()]).toEqual([false, 'stopped'])
  start()
  await soon(() => expect([reader.synced, state()]).toEqual([true, 'watching']))
  put('b', 'two')
  put('c', 'two')
  put('a', 'two')
  await soon(() => expect(keysOf(cache)).toEqual(['a/one', 'a/two', 'b/one', 'b/two']))
  sandbox.store.delete('configmaps', 'a', 'one')
  await soon(() => expect(reader.size).toBe(3))
  expect(changes.filter((key) => key === 'a/one')).toHaveLength(2)
  expect([reader.get('a/one'), reader.get('b/one') !== undefined, reader.get('c/one')]).toEqual([
    undefined,
    true,
    undefined,
  ])
  const asked = sandbox.store.requestLog().map(({ namespace }) => namespace)
  expect(new Set(asked)).toEqual(new Set(['a', 'b']))
})

test('is synced when all of its namespaces are', async () => {
  put('a', 'one')
  const whole = transport
  const refused = err({ kind: 'forbidden', message: 'answered 403' } as const)
  transport = {
    ...whole,
    request: async (req) => (req.path.includes('/b/') ? refused : whole.request(req)),
    stream: async (req) => (req.path.includes('/b/') ? refused : whole.stream(req)),
  }
  const { reader, state, start } = watching(['a', 'b'])
  start()
  await soon(() => expect([reader.size, state()]).toEqual([1, 'backingOff']))
  expect(reader.synced).toBe(false)
})
