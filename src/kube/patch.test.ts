import { expect, test } from 'vitest'
import { ok } from '../base/result.ts'
import { patchJson } from './patch.ts'
import { FakeTransport } from './testing/fake-transport.ts'

test('a patch is one request, under our name, with a limit', async () => {
  const transport = new FakeTransport()
  const resource = { group: 'split.smi-spec.io', version: 'v1alpha2', plural: 'trafficsplits' }
  const operations = [{ op: 'replace', path: '/spec/backends/0/weight', value: 1 }] as const
  const answer = patchJson(transport, resource, 'ns', 'web', operations, 'linkerd-failover')
  expect(transport.requests[0]).toMatchObject({
    method: 'PATCH',
    path: '/apis/split.smi-spec.io/v1alpha2/namespaces/ns/trafficsplits/web',
    query: { fieldManager: 'linkerd-failover' },
    contentType: 'application/json-patch+json',
    body: operations,
    timeoutMs: 10_000,
  })
  transport.requests[0]?.answer(ok({ patched: true }))
  expect(await answer).toEqual(ok({ patched: true }))
})
