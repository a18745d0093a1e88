import { gatewayCodecs } from './gateway.ts'
import type { RouteCodec } from './route.ts'
import { trafficSplit } from './trafficsplit.ts'

/** The kinds of routes that can be failed over, in the order in which they are shown. */
export const codecs: readonly RouteCodec[] = [trafficSplit, ...gatewayCodecs]
