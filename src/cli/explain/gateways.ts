import * as z from 'zod'
import type { Status } from '../../api/schema.ts'
import { status } from '../../api/status-schema.ts'
import { mirroredFrom } from '../../readiness/gateways/mirrors.ts'
import type { DiagnosisInput } from '../../routes/finding.ts'
import { backendServices, type Route } from '../../routes/route.ts'
import type { Cluster, Io } from '../io.ts'
import { findOperator, unreadable } from '../operator-api.ts'
import type { ServicesRead } from '../snapshot.ts'

export type GatewayItem = Status['gateways'][number]

/** An older operator lists no gateways. */
const answer = z.object({ gateways: status.shape.gateways.default([]) })

/** The gateways through which backends of routes are mirrored. */
export interface GatewaysRead {
  /** Null if there is nobody to ask. */
  readonly gateways: readonly GatewayItem[] | null
  /** Why an operator that is there did not say. */
  readonly unseen: readonly string[]
}

/**
 * Asks the operator's leader how the gateways of other clusters are, since it alone probes them; only of
 * routes with backends that are mirrored through one.
 */
export async function readGateways(
  routes: readonly Route[],
  { facts }: Pick<ServicesRead, 'facts'>,
  cluster: Cluster,
  io: Io,
): Promise<GatewaysRead> {
  const clusters = new Set(
    routes.flatMap(backendServices).flatMap((service) => mirroredFrom(facts.get(service)) ?? []),
  )
  if (clusters.size === 0) return { gateways: [], unseen: [] }
  const { gateways, unseen } = await askGateways(cluster, io)
  return { gateways: gateways?.filter((gateway) => clusters.has(gateway.cluster)) ?? null, unseen }
}

/** The same of all gateways that it probes. */
export async function askGateways(cluster: Cluster, io: Io): Promise<GatewaysRead> {
  const operator = await findOperator(cluster, io)
  if (!operator.ok) return { gateways: null, unseen: [] }
  const said = await operator.value('/api/v1/status')
  if (!said.ok) return { gateways: null, unseen: [`how gateways are: ${said.error}`] }
  const { data } = answer.safeParse(said.value)
  if (!data) return { gateways: null, unseen: [`how gateways are: ${unreadable}`] }
  return { gateways: data.gateways, unseen: [] }
}

/** Which gateway that a Service is mirrored through is down, for the diagnosis of its routes. */
export const downGatewayIn =
  (
    { gateways }: Pick<GatewaysRead, 'gateways'>,
    { facts }: { readonly facts: Pick<ServicesRead['facts'], 'get'> },
  ): NonNullable<DiagnosisInput['downGateway']> =>
  (service) => {
    const cluster = mirroredFrom(facts.get(service))
    return gateways?.find((one) => one.cluster === cluster && one.state === 'down')
  }

/** A gateway in a line. */
export const gatewayText = ({ cluster, state, since, trouble }: GatewayItem): string =>
  `${cluster}: ${state} since ${since.slice(0, 19)}Z${trouble === '' ? '' : ` (${trouble})`}`
