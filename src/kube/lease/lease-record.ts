import * as z from 'zod'
import { microTime } from '../micro-time.ts'

/** What a Lease says; a field that is missing or invalid is absent. Other fields are kept. */
export type LeaseSpec = {
  readonly holderIdentity?: string | null | undefined
  readonly leaseDurationSeconds?: number | null | undefined
  readonly acquireTime?: string | null | undefined
  readonly renewTime?: string | null | undefined
  readonly leaseTransitions?: number | null | undefined
}

/**
 * A Lease as the server has it; `metadata` goes back as it came, with the version that a write depends on.
 */
export type LeaseObject = { readonly metadata: Readonly<Record<string, unknown>>; readonly spec: LeaseSpec }

const leaseSchema = z.object({
  metadata: z.record(z.string(), z.unknown()),
  spec: z
    .looseObject({
      holderIdentity: z.string().nullish().catch(undefined),
      leaseDurationSeconds: z.number().nullish().catch(undefined),
      acquireTime: z.string().nullish().catch(undefined),
      renewTime: z.string().nullish().catch(undefined),
      leaseTransitions: z.number().nullish().catch(undefined),
    })
    .catch({}),
})

/** Reads the server's answer; `undefined` if it is no object with metadata at all. */
export function readLease(answer: unknown): LeaseObject | undefined {
  return leaseSchema.safeParse(answer).data
}

export const holderOf = ({ spec }: LeaseObject): string => spec.holderIdentity ?? ''

/** If a lease is read twice with equal fingerprints, its holder has not renewed it in between. */
export const fingerprintOf = ({ spec }: LeaseObject): string => JSON.stringify(spec)

/** The spec by which `identity` takes or keeps a lease. A change of hands is counted, a renewal is not. */
export function heldSpec(
  before: LeaseSpec | undefined,
  identity: string,
  leaseDurationMs: number,
  now: Date,
): LeaseSpec {
  const keeps = before?.holderIdentity === identity
  const transitions = before?.leaseTransitions ?? 0
  return {
    ...before,
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(leaseDurationMs / 1000),
    acquireTime: keeps ? (before.acquireTime ?? microTime(now)) : microTime(now),
    renewTime: microTime(now),
    leaseTransitions: before === undefined || keeps ? transitions : transitions + 1,
  }
}

/** The spec by which a holder releases the lease: anybody may take it at once. */
export function releasedSpec(before: LeaseSpec, now: Date): LeaseSpec {
  const time = microTime(now)
  return { ...before, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: time, renewTime: time }
}

/** The object to send. */
export const leaseBody = (metadata: Readonly<Record<string, unknown>>, spec: LeaseSpec): unknown => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata,
  spec,
})
