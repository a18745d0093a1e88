import { afterEach, expect, it } from 'vitest'
import { ok } from '../../base/result.ts'
import { Discovery } from '../../kube/discovery.ts'
import { FakeTransport } from '../../kube/testing/fake-transport.ts'
import { createManualClock, settle } from '../../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../../kube/testing/memory-log.ts'
import { bookmark, broken } from '../../kube/testing/reflected.ts'
import { type Drain, drainNames, readDrain } from '../../policies/drain.ts'
import { drainObject } from '../../policies/testing/drain-objects.ts'
import { OwnKind } from './own-kind.ts'

let kind: OwnKind<Drain> | undefined
afterEach(() => kind?.cache.stop())

/**
 * Watches Drains; `serve` answers what is asked about the kind, `seen` has each change with whether it was
 * sure.
 */
function watch() {
  const transport = new FakeTransport()
  const clock = createManualClock()
  const seen: string[] = []
  let isSure = false
  kind = new OwnKind<Drain>({
    transport,
    clock,
    random: () => 0,
    log: createMemoryLog(),
    onState: () => {},
    discovery: new Discovery(transport, clock),
    names: drainNames,
    read: readDrain,
    rootNamespace: 'mesh',
    namespaces: undefined,
    book: {
      see: (key, after) => seen.push(`${after ? 'has' : 'lost'} ${key}`),
      setSure: (sure) => {
        isSure = sure
      },
      all: () => [],
      kept: () => [],
      stop: () => {},
    },
    removed: () => [{}, ''],
    onKnown: () => {},
  })
  kind.cache.start()
  const serve = async () => {
    await settle()
    for (const { path, answer } of transport.requests.splice(0)) {
      const groups = [{ name: drainNames.group, versions: [{ version: 'v1alpha1' }] }]
      answer(ok(path === '/apis' ? { groups } : { resources: [{ name: drainNames.plural }] }))
      await settle()
    }
    if (transport.requests.length > 0) await serve()
  }
  return { transport, clock, seen, serve, isSure: () => isSure }
}

it('reads everything again after a failure, so that what came and went meanwhile has no effect', async () => {
  const { transport, clock, seen, serve, isSure } = watch()
  await serve()
  transport.last.send({ type: 'ADDED', object: drainObject('mesh/one', {}) }, bookmark(10, true))
  await settle()
  expect([seen, isSure()]).toEqual([['has mesh/one'], true])
  transport.last.break(broken)
  await clock.advance(1_600)
  await serve()
  expect([transport.streams.length, isSure()]).toEqual([2, false])
  expect(transport.last.req.query).toHaveProperty('sendInitialEvents')
  transport.last.send(bookmark(30, true))
  await settle()
  expect([seen, isSure()]).toEqual([['has mesh/one', 'lost mesh/one'], true])
})
