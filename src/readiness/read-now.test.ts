import { beforeEach, describe, expect, it } from 'vitest'
import { child, text } from '../base/json.ts'
import { err, ok } from '../base/result.ts'
import type { KubeRequest, Transport } from '../kube/http/transport.ts'
import { type BesideNow, readNow } from './read-now.ts'
import type { ReadableClusters, RemoteService } from './remote/discovered.ts'
import { endpoints, mirrored, service, slice } from './testing/objects.ts'

/** By resource. */
let objects: Record<string, object[]>
let asked: string[]
let refuses: string | undefined
beforeEach(() => {
  objects = { services: [], endpoints: [], endpointslices: [] }
  asked = []
  refuses = undefined
})

/** Whether an object is among those that a list asks for. */
function isAsked(object: object, { query = {} }: KubeRequest): boolean {
  const metadata = child(object, 'metadata')
  const labels = child(metadata, 'labels')
  const name = query.fieldSelector?.replace('metadata.name=', '')
  const requirements = (query.labelSelector ?? '').split(/,(?![^(]*\))/).filter((part) => part !== '')
  return (
    (name === undefined || name === text(metadata, 'name')) &&
    requirements.every((part) => {
      const [key = '', values = ''] = part.split(/ in |=/)
      return values.replace(/[()]/g, '').split(',').includes(text(labels, key))
    })
  )
}

const transport: Transport = {
  request: async (req) => {
    const [, namespace, plural = ''] = /namespaces\/([^/]+)\/(\w+)$/.exec(req.path) ?? []
    asked.push(`${namespace} ${plural} ${req.query?.fieldSelector ?? ''}${req.query?.labelSelector ?? ''}`)
    if (plural === refuses) return err({ kind: 'forbidden', message: `${plural} is forbidden` })
    const items = (objects[plural] ?? []).filter(
      (object) => text(child(object, 'metadata'), 'namespace') === namespace && isAsked(object, req),
    )
    return ok({ metadata: { resourceVersion: '7' }, items: items.map(withVersion) })
  },
  stream: async () => err({ kind: 'timeout', message: 'nothing is watched' }),
  close: async () => {},
}
const withVersion = (object: object) => ({
  ...object,
  metadata: { ...child(object, 'metadata'), resourceVersion: '1' },
})

const discovery = 'multicluster.linkerd.io/remote-discovery'

async function stateOf(name: string, beside: BesideNow = {}, more: readonly string[] = []): Promise<string> {
  const reading = { transport, signal: new AbortController().signal }
  const read = await readNow([name, ...more], reading, beside)
  return read.ok ? read.value({ service: name, weight: 1 }).state : read.error.kind
}

describe('what is read now', () => {
  it('is the Service and its slices, by name, and nothing else', async () => {
    objects.services = [service('web'), service('other')]
    objects.endpointslices = [slice('a', 1, 2)]
    expect(await stateOf('shop/web')).toBe('ready')
    expect(asked).toEqual([
      'shop services metadata.name=web',
      'shop endpoints metadata.name=webmirror.linkerd.io/mirrored-service=true',
      'shop endpoints mirror.linkerd.io/mirrored-service=true,mirror.linkerd.io/headless-mirror-svc-name in (web)',
      'shop endpointslices kubernetes.io/service-name in (web)',
    ])
  })

  it('has no slice of a Service that is down, or no Service at all', async () => {
    expect(await stateOf('shop/web')).toBe('down')
    objects.services = [service('web')]
    expect(await stateOf('shop/web')).toBe('down')
  })

  it('asks in each namespace once for the slices of all its Services', async () => {
    await stateOf('shop/web', {}, ['shop/east', 'depot/web', 'shop/web'])
    expect(asked.filter((line) => line.includes('endpointslices'))).toEqual([
      'shop endpointslices kubernetes.io/service-name in (web,east)',
      'depot endpointslices kubernetes.io/service-name in (web)',
    ])
  })

  it('is the Endpoints of a mirrored Service', async () => {
    objects.services = [mirrored('web')]
    objects.endpoints = [endpoints('web', 1, 1)]
    expect(await stateOf('shop/web')).toBe('ready')
  })

  describe('of other clusters', () => {
    const never = { isPending: () => false, slicesOf: () => err('this is what was known before') }
    /** A cluster that has no slice of anything; notes what is read of it. */
    function empty() {
      const read: RemoteService[] = []
      const others: ReadableClusters = {
        ...never,
        readNow: async (services) => {
          read.push(...services)
          return { ...never, slicesOf: () => ok([]) }
        },
      }
      return { read, others }
    }

    it('is unknown if they cannot be read', async () => {
      objects.services = [service('web', { annotations: { [discovery]: 'web@east' } })]
      expect(await stateOf('shop/web')).toBe('unknown')
    })

    it('is what they have now, of each member', async () => {
      const { others, read } = empty()
      objects.services = [service('web', { annotations: { [discovery]: 'web@east,api@west' } })]
      expect(await stateOf('shop/web', { others })).toBe('down')
      expect(read).toEqual([
        { cluster: 'east', service: 'shop/web' },
        { cluster: 'west', service: 'shop/api' },
      ])
    })

    it('is nothing of what is mirrored through a gateway and names nothing', async () => {
      const { others, read } = empty()
      const labels = { 'mirror.linkerd.io/cluster-name': 'east' }
      objects.services = [mirrored('web', labels)]
      objects.endpoints = [endpoints('web', 1, 1)]
      expect([await stateOf('shop/web', { others }), read]).toEqual(['ready', []])
    })

    it('is what they have now of the Service that a mirror stands for, if the mirror names it', async () => {
      const { others, read } = empty()
      const labels = { 'mirror.linkerd.io/cluster-name': 'east' }
      const annotations = { 'mirror.linkerd.io/remote-svc-fq-name': 'api.shop.svc.cluster.local' }
      objects.services = [mirrored('web', labels, { annotations })]
      objects.endpoints = [endpoints('web', 1, 1)]
      expect(await stateOf('shop/web', { others })).toBe('down')
      expect(read).toEqual([{ cluster: 'east', service: 'shop/api' }])
    })
  })

  it('includes the Service of this cluster from which a federated one takes endpoints', async () => {
    const annotations = { 'multicluster.linkerd.io/local-discovery': 'local' }
    objects.services = [service('web', { annotations }), service('local')]
    objects.endpointslices = [slice('a', 1, 1, { service: 'local' })]
    expect(await stateOf('shop/web')).toBe('ready')
  })

  it.each(['services', 'endpoints', 'endpointslices'])('is nothing if %s cannot be read', async (plural) => {
    objects.services = [service('web')]
    refuses = plural
    expect(await stateOf('shop/web')).toBe('forbidden')
  })
})
