import { codecs } from '../../src/routes/codecs.ts'
import type { RouteCodec } from '../../src/routes/route.ts'
import type { Body } from '../control-plane/api.ts'
import { type Definition, released } from '../control-plane/definitions.ts'
import { controlled } from '../e2e/objects.ts'

/** Route kinds besides TrafficSplit: those of the Gateway API, and Linkerd's own. */
export const gatewayKinds = codecs.filter(({ kind }) => kind !== 'TrafficSplit')

export const pathOf = (codec: RouteCodec, name?: string): string => {
  const collection = `/apis/${codec.group}/${versionOf(codec)}/namespaces/default/${codec.plural}`
  return name === undefined ? collection : `${collection}/${name}`
}

/** The released definition of a kind: of the experimental channel where it is not in the standard one. */
export const definitionOf = ({ group, plural, kind }: RouteCodec): Definition => {
  if (group !== 'gateway.networking.k8s.io') return released('linkerd', plural)
  return released(['HTTPRoute', 'GRPCRoute'].includes(kind) ? 'standard' : 'experimental', plural)
}

/** The best version that the definition serves and the operator reads. */
const versionOf = (codec: RouteCodec): string => {
  const served = definitionOf(codec).spec.versions.filter((version) => version.served)
  const best = codec.versions.find((version) => served.some(({ name }) => name === version))
  if (best === undefined) throw new Error(`no version of ${codec.kind} is served and read`)
  return best
}

/** A controlled route of this kind: one rule with these backends, all traffic to the first. */
export const route = (codec: RouteCodec, name: string, services: readonly string[]): Body => ({
  apiVersion: `${codec.group}/${versionOf(codec)}`,
  kind: codec.objectKind,
  metadata: { name, labels: controlled },
  spec: {
    ...(codec.kind === 'TLSRoute' ? { hostnames: ['web.test'] } : {}),
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
