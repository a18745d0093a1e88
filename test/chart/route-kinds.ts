import { codecs } from '../../src/routes/codecs.ts'
import type { RouteCodec } from '../../src/routes/route.ts'
import type { Api, Body } from '../control-plane/api.ts'
import { eventually } from '../e2e/eventually.ts'
import { controlled } from '../e2e/objects.ts'

/** Route kinds besides TrafficSplit: those of the Gateway API, and Linkerd's own. */
export const gatewayKinds = codecs.filter(({ kind }) => kind !== 'TrafficSplit')

const versionOf = ({ versions }: RouteCodec): string => versions[0] ?? ''

/** A definition that takes any spec. What is tested here is who may write, not what the schema says. */
const definition = (codec: RouteCodec): Body => ({
  metadata: {
    name: `${codec.plural}.${codec.group}`,
    annotations: { 'api-approved.kubernetes.io': 'unapproved, a stand-in for tests' },
  },
  spec: {
    group: codec.group,
    names: { kind: codec.objectKind, plural: codec.plural, singular: codec.objectKind.toLowerCase() },
    scope: 'Namespaced',
    versions: [
      {
        name: versionOf(codec),
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
})

export const pathOf = (codec: RouteCodec, name?: string): string => {
  const collection = `/apis/${codec.group}/${versionOf(codec)}/namespaces/default/${codec.plural}`
  return name === undefined ? collection : `${collection}/${name}`
}

/** Makes the API server serve these kinds; resolves when it does. */
export async function serve(api: Api, kinds: readonly RouteCodec[]): Promise<void> {
  for (const codec of kinds) {
    await api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition(codec))
  }
  await eventually(async () => {
    for (const codec of kinds) {
      const status = await api.status(pathOf(codec))
      if (status !== 200) throw new Error(`${codec.kind} answers ${status}`)
    }
  })
}

/** A controlled route of this kind: one rule with these backends, all traffic to the first. */
export const route = (codec: RouteCodec, name: string, services: readonly string[]): Body => ({
  apiVersion: `${codec.group}/${versionOf(codec)}`,
  kind: codec.objectKind,
  metadata: { name, labels: controlled },
  spec: {
    parentRefs: [{ group: '', kind: 'Service', name: services[0], port: 80 }],
    rules: [
      {
        backendRefs: services.map((service, index) => ({
          name: service,
          port: 80,
          weight: index === 0 ? 1 : 0,
        })),
      },
    ],
  },
})
