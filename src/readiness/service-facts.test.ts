import { expect, it, test } from 'vitest'
import { projectService } from './service-facts.ts'

test.each([
  [{ labels: { 'multicluster.linkerd.io/remote-discovery': 'east' } }, true, 'east'],
  [{ annotations: { 'multicluster.linkerd.io/remote-discovery': 'web@east' } }, true, undefined],
  [{ annotations: { 'multicluster.linkerd.io/local-discovery': 'web' } }, true, undefined],
  [{ labels: { 'mirror.linkerd.io/cluster-name': 'east' } }, false, 'east'],
  [{}, false, undefined],
])(
  'a Service with %j takes its endpoints from others: %j; it comes from %j',
  (metadata, isRemote, cluster) => {
    const facts = projectService({ metadata })
    expect([facts.discovery !== undefined, facts.cluster]).toEqual([isRemote, cluster])
  },
)

test.each([
  [
    'the label of a mirror',
    { metadata: { labels: { 'mirror.linkerd.io/mirrored-service': 'true' } } },
    'isMirrored',
  ],
  ['no address of its own', { spec: { clusterIP: 'None' } }, 'isHeadless'],
  ['another name', { spec: { type: 'ExternalName', externalName: 'example.com' } }, 'isExternal'],
])('a Service with %s is kept as one', (_, service, fact) => {
  expect(projectService(service)).toMatchObject({ [fact]: true })
  expect(projectService({})).toMatchObject({ [fact]: false })
})

it('keeps the ports of a Service', () => {
  const ports = [{ port: 80 }, { name: 'https', port: 443, targetPort: 'tls' }, {}, null]
  expect(projectService({ spec: { ports } }).ports).toEqual([
    { name: '', port: 80 },
    { name: 'https', port: 443 },
    { name: '', port: undefined },
    { name: '', port: undefined },
  ])
})

it('keeps equal Services once', () => {
  const service = { metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } }
  expect(projectService({ ...service, metadata: { name: 'api' } })).toBe(projectService(service))
  expect(projectService({ spec: { ports: [{ port: 81 }] } })).not.toBe(projectService(service))
})

it.each([[undefined], [null], [7], [{ spec: 7 }], [{ spec: { ports: 'none' } }]])(
  'reads %j as a plain Service',
  (object) =>
    expect(projectService(object)).toEqual({
      ports: [],
      isHeadless: false,
      isExternal: false,
      isMirrored: false,
      discovery: undefined,
      cluster: undefined,
    }),
)
