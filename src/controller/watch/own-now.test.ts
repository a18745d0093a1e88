import { expect, test } from 'vitest'
import { err, ok, type Result } from '../../base/result.ts'
import type { KubeError } from '../../kube/errors.ts'
import { FakeTransport } from '../../kube/testing/fake-transport.ts'
import { settle } from '../../kube/testing/manual-clock.ts'
import { createStore } from '../../kube/watch/store.ts'
import { drainNames } from '../../policies/drain.ts'
import { isOwnCurrent } from './own-now.ts'

const notFound: KubeError = { kind: 'notFound', message: 'the server does not serve Drains' }
const unreachable: KubeError = { kind: 'unreachable', message: 'no way' }

/** Versions of Drains by key. */
type Versions = Readonly<Record<string, string>>

/** Asks for the routes of shop; `listed` is what the server has at version 20, `known` what the cache has. */
async function ask(
  listed: Versions,
  known: Versions,
  error?: KubeError,
): Promise<Result<boolean, KubeError>> {
  const transport = new FakeTransport()
  const { reader, writer } = createStore(() => {})
  for (const [key, version] of Object.entries(known)) writer.apply(key, version, {})
  const cache = { names: drainNames, rootNamespace: 'mesh', reader }
  const answer = isOwnCurrent([cache], 'shop', { transport, signal: new AbortController().signal })
  await settle()
  for (const { path, answer: reply } of transport.requests) {
    const items = Object.entries(listed).flatMap(([key, resourceVersion]) => {
      const [namespace = '', name = ''] = key.split('/')
      return path.includes(`/namespaces/${namespace}/`)
        ? [{ metadata: { namespace, name, resourceVersion } }]
        : []
    })
    reply(error ? err(error) : ok({ metadata: { resourceVersion: '20' }, items }))
  }
  return answer
}

test.each<[string, Versions, Versions, boolean]>([
  ['there are none', {}, {}, true],
  ['both are known', { 'mesh/a': '5', 'shop/b': '6' }, { 'mesh/a': '5', 'shop/b': '6' }, true],
  ['a newer one is known', { 'shop/b': '6' }, { 'shop/b': '21' }, true],
  ['one is known that was created since', {}, { 'shop/b': '21' }, true],
  ['one of another namespace is known', {}, { 'pay/b': '6' }, true],
  ['one for all routes is not known', { 'mesh/a': '5' }, {}, false],
  ['one of the namespace is not known', { 'shop/b': '6' }, {}, false],
  ['an older one is known', { 'shop/b': '6' }, { 'shop/b': '5' }, false],
  ['one is known that is gone', {}, { 'shop/b': '6' }, false],
])('the caches know what there is: %s', async (_, listed, known, is) =>
  expect(await ask(listed, known)).toEqual(ok(is)),
)

test('a kind that is not served has no objects', async () => {
  expect(await ask({}, {}, notFound)).toEqual(ok(true))
  expect(await ask({}, { 'shop/b': '6' }, notFound)).toEqual(ok(false))
})

test('a read that fails is an error', async () =>
  expect(await ask({}, {}, unreachable)).toEqual(err(unreachable)))
