import { expect, test } from 'vitest'
import { resourcePath } from './resource.ts'

const pods = { group: '', version: 'v1', plural: 'pods' }
const splits = { group: 'split.smi-spec.io', version: 'v1alpha2', plural: 'trafficsplits' }

test.each([
  [pods, undefined, undefined, '/api/v1/pods'],
  [pods, 'ns', undefined, '/api/v1/namespaces/ns/pods'],
  [splits, 'ns', 'name', '/apis/split.smi-spec.io/v1alpha2/namespaces/ns/trafficsplits/name'],
  [splits, 'a/b', '..?', '/apis/split.smi-spec.io/v1alpha2/namespaces/a%2Fb/trafficsplits/..%3F'],
  [{ ...pods, plural: 'nodes' }, undefined, 'n', '/api/v1/nodes/n'],
])('%j in %s: %s', (resource, namespace, name, path) => {
  expect(resourcePath(resource, namespace, name)).toBe(path)
})
