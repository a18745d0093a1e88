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
  ['addresses that are not ready', { spec: { publishNotReadyAddresses: true } }, 'publishesNotReady'],
  ['endpoints for their own node', { spec: { internalTrafficPolicy: 'Local' } }, 'isNodeLocal'],
  ['endpoints for their own zone', { spec: { trafficDistribution: 'PreferClose' } }, 'hasZoneHints'],
  [
    'the annotation for that',
    { metadata: { annotations: { 'service.kubernetes.io/topology-mode': 'Auto' } } },
    'hasZoneHints',
  ],
  [
    'its older name',
    { metadata: { annotations: { 'service.kubernetes.io/topology-aware-hints': 'auto' } } },
    'hasZoneHints',
  ],
  [
    'failure accrual',
    { metadata: { annotations: { 'balancer.linkerd.io/failure-accrual': 'consecutive' } } },
    'hasFailureAccrual',
  ],
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

it('keeps the appProtocol of a port, if it has one', () => {
  const ports = [{ port: 80, appProtocol: 'https' }, { port: 81 }]
  expect(projectService({ spec: { ports } }).ports).toEqual([
    { name: '', port: 80, appProtocol: 'https' },
    { name: '', port: 81 },
  ])
  expect(projectService({ spec: { ports: [{ port: 80 }] } })).not.toBe(
    projectService({ spec: { ports: [{ port: 80, appProtocol: 'tcp' }] } }),
  )
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
      publishesNotReady: false,
      isNodeLocal: false,
      hasZoneHints: false,
      hasFailureAccrual: false,
    }),
)
