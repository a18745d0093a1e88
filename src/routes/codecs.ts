import { gatewayCodecs } from './gateway.ts'
import type { RouteCodec } from './route.ts'
import { trafficSplit } from './trafficsplit.ts'

/** The kinds of routes that can be failed over, in the order in which they are shown. */
export const codecs: readonly RouteCodec[] = [trafficSplit, ...gatewayCodecs]

/** As keys and the timeline call the kind of an object: two groups may have a kind of one name. */
export function kindOfObject({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  const [group] = apiVersion.split('/')
  return codecs.find((codec) => codec.objectKind === kind && codec.group === group)?.kind ?? kind
}
