import { expect, it, test } from 'vitest'
import { projectLink } from './link.ts'

const probeSpec = { path: '/ready', port: '4191', period: '3s' }
const link = (spec: object) => projectLink({ spec: { targetClusterName: 'east', probeSpec, ...spec } })

it('has the addresses of its gateway, and how to probe them', () =>
  expect(link({ gatewayAddress: '192.0.2.10, gateway.example.com,2001:db8::1,192.0.2.10' })).toEqual({
    cluster: 'east',
    gateway: { addresses: ['192.0.2.10', 'gateway.example.com', '2001:db8::1'], port: 4191, path: '/ready' },
  }))

test.each([
  ['no address: it has no gateway', { gatewayAddress: '' }],
  ['an address that is none', { gatewayAddress: 'a b\r\nc' }],
  ['no way to probe it', { gatewayAddress: '192.0.2.10', probeSpec: {} }],
  ['a port that is none', { gatewayAddress: '192.0.2.10', probeSpec: { ...probeSpec, port: '70000' } }],
  ['a port of another type', { gatewayAddress: '192.0.2.10', probeSpec: { ...probeSpec, port: 4191 } }],
  [
    'a path that would end a line',
    { gatewayAddress: '192.0.2.10', probeSpec: { ...probeSpec, path: '/a\r\nb' } },
  ],
  ['nothing at all', { gatewayAddress: undefined, probeSpec: undefined }],
])('cannot be probed: %s', (_, spec) => expect(link(spec)).toEqual({ cluster: 'east', gateway: undefined }))

test.each([undefined, null, 5, [], { spec: 'x' }])('is read from %j too', (object) =>
  expect(projectLink(object)).toEqual({ cluster: '', gateway: undefined }),
)

it('has at most 16 addresses that are probed', () => {
  const gatewayAddress = Array.from({ length: 100 }, (_, index) => `192.0.2.${index}`).join()
  expect(link({ gatewayAddress }).gateway?.addresses).toHaveLength(16)
})
