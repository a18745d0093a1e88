import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import { ok } from '../../../src/base/result.ts'
import { StreamBreak } from '../../../src/kube/http/read-lines.ts'
import type { Transport } from '../../../src/kube/http/transport.ts'
import type { Process } from '../engine/process.ts'
import { resourceOf } from '../network/sent.ts'
import type { Planted } from './planted.ts'
import { changed, neverOlder, withEvents, withMetadata } from './tools.ts'

/** Each port that a Service has. */
const allPorts = ['http', 'admin'].map((name) => ({ name, port: 8080 }))

const listsNothing: readonly JsonObject[] = [
  {
    type: 'BOOKMARK',
    object: {
      metadata: {
        resourceVersion: String(Number.MAX_SAFE_INTEGER),
        annotations: { 'k8s.io/initial-events-end': 'true' },
      },
    },
  },
]

async function* eventsOf(items: Iterable<unknown>): AsyncGenerator<unknown> {
  yield* items
}

/** The Secrets of linked clusters without the events of one type: what was known of them once is known for ever. */
const withoutEventsOfSecrets = (transport: Transport, type: string): Transport =>
  withEvents(transport, ['secrets'], (event) => (event.type === type ? undefined : event))

/** Services with fewer labels or annotations than they have. */
const withoutMarks = (transport: Transport, field: 'labels' | 'annotations', name: string): Transport =>
  withEvents(transport, ['services'], (event) =>
    withMetadata(event, (metadata) => {
      const marks = metadata[field]
      if (!isObject(marks)) return metadata
      const { [name]: _, ...others } = marks
      return { ...metadata, [field]: others }
    }),
  )

/** Names of the Services of the other cluster that a process has seen mirrors of. */
const behindGateways = new WeakMap<Process, Set<string>>()

/** Bugs about Services whose endpoints are in another cluster. */
export const farPlants: readonly Planted[] = [
  {
    // A cluster that cannot be read is taken for one that has nothing.
    name: 'unreachable taken for down',
    breaks: ['not explained'],
    within: 20,
    linked: true,
    menu: ['far', 'unseen', 'export'],
    farPlant: (transport) =>
      changed(transport, {
        stream: async (req) => {
          const opened = await transport.stream(req)
          const isList = req.query?.sendInitialEvents === 'true'
          return opened.ok || !isList || req.signal?.aborted ? opened : ok(eventsOf(listsNothing))
        },
      }),
  },
  {
    name: 'a lost watch of another cluster not noticed',
    breaks: ['not explained', 'not settled'],
    within: 20,
    linked: true,
    menu: ['far', 'unseen'],
    farPlant: (transport) =>
      changed(transport, {
        stream: async (req) => {
          const opened = await transport.stream(req)
          return opened.ok ? ok(withoutBreaks(opened.value, req.signal)) : opened
        },
      }),
  },
  {
    name: 'member of a removed Link counted',
    breaks: ['not explained', 'not settled'],
    within: 20,
    linked: true,
    menu: ['link', 'mode'],
    plant: (transport) => withoutEventsOfSecrets(transport, 'DELETED'),
  },
  {
    name: 'mirror of a removed Link taken for ready',
    breaks: ['not explained', 'not settled'],
    within: 20,
    linked: true,
    menu: ['link', 'mode'],
    plant: (transport) =>
      withEvents(transport, ['links'], (event) => (event.type === 'DELETED' ? undefined : event)),
  },
  {
    name: 'a refused probe taken for an answer',
    breaks: ['not explained', 'not settled'],
    within: 40,
    linked: true,
    menu: ['gateway', 'mirror restarts'],
    probePlant: (network) => ({
      ...network,
      open: (place) => {
        const line = network.open(place)
        const ask = async () => ((await line.ask()) === 'dropped' ? 'dropped' : 'answers')
        return { ask, drop: () => line.drop() }
      },
    }),
  },
  {
    name: 'replaced Secret not followed',
    breaks: ['not explained', 'not settled'],
    within: 20,
    linked: true,
    menu: ['token', 'mode'],
    plant: (transport) => withoutEventsOfSecrets(transport, 'MODIFIED'),
  },
  {
    name: 'an older list of another cluster taken for news',
    breaks: ['not explained'],
    within: 40,
    linked: true,
    menu: ['far older list', 'far restore'],
    farPlant: neverOlder,
  },
  {
    name: 'one member down taken for all',
    breaks: ['not explained', 'not settled'],
    within: 20,
    linked: true,
    menu: ['export', 'service'],
    plant: (transport) => withoutMarks(transport, 'annotations', 'multicluster.linkerd.io/local-discovery'),
  },
  {
    name: 'remote members left out',
    breaks: ['not explained', 'not settled'],
    within: 20,
    linked: true,
    menu: ['export', 'service'],
    plant: (transport) =>
      withEvents(transport, ['services'], (event) =>
        withMetadata(event, (metadata) => {
          const { annotations } = metadata
          const name = 'multicluster.linkerd.io/remote-discovery'
          if (!isObject(annotations) || !(name in annotations)) return metadata
          return { ...metadata, annotations: { ...annotations, [name]: '' } }
        }),
      ),
  },
  {
    // Without the label a Service that lacks its Endpoints is down at once, instead of two seconds later.
    name: 'change of mode taken for down at once',
    breaks: ['not explained'],
    within: 40,
    linked: true,
    menu: ['mode', 'export'],
    plant: (transport) => withoutMarks(transport, 'labels', 'mirror.linkerd.io/mirrored-service'),
  },
  {
    name: 'remote ports ignored',
    breaks: ['not explained', 'not settled'],
    within: 20,
    linked: true,
    menu: ['ports', 'export'],
    farPlant: (transport) =>
      withEvents(transport, ['endpointslices'], (event) =>
        isObject(event.object) ? { ...event, object: { ...event.object, ports: allPorts } } : event,
      ),
  },
  {
    // What counts of a headless mirror's addresses is whether the Endpoints of their hosts are ready.
    name: 'hosts of a headless mirror not looked at',
    breaks: ['not explained', 'not settled'],
    within: 40,
    linked: true,
    menu: ['gateway', 'export', 'mode'],
    plant: (transport) =>
      withEvents(transport, ['endpoints'], (event) => {
        const next: unknown = JSON.parse(JSON.stringify(event).replaceAll('"hostname"', '"host"'))
        return isObject(next) ? next : event
      }),
  },
  {
    // What the service mirror writes is believed, whatever the slices there say.
    name: 'Pods behind a gateway not looked at',
    breaks: ['not explained'],
    within: 40,
    linked: true,
    menu: ['wrong mirror'],
    plant: (transport, process) => {
      const behind = new Set<string>()
      behindGateways.set(process, behind)
      return withEvents(transport, ['services'], (event) => {
        const metadata = isObject(event.object) ? event.object.metadata : undefined
        const annotations = isObject(metadata) && isObject(metadata.annotations) ? metadata.annotations : {}
        const [origin] = String(annotations['mirror.linkerd.io/remote-svc-fq-name']).split('.')
        if (origin !== undefined) behind.add(origin)
        return event
      })
    },
    farPlant: (transport, process) =>
      withEvents(transport, ['endpointslices'], (event) => {
        const isBehind = [...(behindGateways.get(process) ?? [])].some((name) =>
          JSON.stringify(event).includes(`"kubernetes.io/service-name":"${name}"`),
        )
        const next: unknown = JSON.parse(JSON.stringify(event).replaceAll('"ready":false', '"ready":true'))
        return isBehind && isObject(next) ? next : event
      }),
  },
  {
    name: 'more read of another cluster than routes use',
    breaks: ['foreign read'],
    within: 5,
    linked: true,
    menu: ['export'],
    farPlant: (transport) =>
      changed(transport, {
        stream: (req) => {
          const { labelSelector: _, ...query } = req.query ?? {}
          return transport.stream(resourceOf(req) === 'endpointslices' ? { ...req, query } : req)
        },
      }),
  },
]

/** Goes silent where a stream breaks. */
async function* withoutBreaks(
  items: AsyncIterable<unknown>,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown> {
  for await (const item of items) {
    if (item instanceof StreamBreak && !signal?.aborted)
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
    yield item
  }
}
