import * as z from 'zod'
import { isAllZero, weightOf } from '../../core/split.ts'
import type { ServiceKey, Split } from '../../core/types.ts'
import { type Route, steeringAnnotations } from '../../routes/route.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'

/** A TrafficSplit, and what it says beyond what a codec reads. */
export interface Original {
  readonly route: Route
  readonly split: Split
  /** What of it a route cannot express, in words for its owner. */
  readonly leftOver: readonly string[]
}

const fields = z.record(z.string(), z.unknown())
const parts = z.object({
  metadata: z.object({ annotations: fields.catch({}) }).catch({ annotations: {} }),
  spec: z.looseObject({ backends: z.array(fields.catch({})).catch([]) }).catch({ backends: [] }),
})

/** Annotations by which tools remember what they applied: they are no use on another object. */
const bookkeeping = ['kubectl.kubernetes.io/last-applied-configuration']

/** Reads a TrafficSplit of any version; `undefined` for an object without a name. */
export function readOriginal(object: unknown): Original | undefined {
  const route = trafficSplit.read(object)
  const [split] = route.splits
  return route.name === '' || !split ? undefined : { route, split, leftOver: leftOverOf(object) }
}

function leftOverOf(object: unknown): string[] {
  const { metadata, spec } = parts
    .catch({ metadata: { annotations: {} }, spec: { backends: [] } })
    .parse(object)
  const said = (what: string, why = 'routes have no such field') => `not carried over: ${what} (${why})`
  const ofSpec = Object.keys(spec).filter((field) => !['service', 'backends'].includes(field))
  const ofBackends = spec.backends.flatMap((backend, index) =>
    Object.keys(backend)
      .filter((field) => !['service', 'weight'].includes(field))
      .map((field) => `spec.backends[${index}].${field}`),
  )
  const annotations = Object.keys(metadata.annotations).filter(
    (key) => ![...steeringAnnotations, ...bookkeeping].includes(key),
  )
  return [
    ...ofSpec.map((field) =>
      field === 'matches'
        ? said('spec.matches', "Linkerd's SMI adaptor ignores it: the split applies to all requests")
        : said(`spec.${field}`),
    ),
    ...ofBackends.map((field) => said(field)),
    ...annotations.map((key) => said(`annotation ${key}`, 'copy it if the route needs it')),
  ]
}

/** Which Services get which share of the requests (0 to 1). */
export type Shares = ReadonlyMap<ServiceKey, number>

/**
 * The shares of a split as proxies follow it. Of a TrafficSplit with all weights zero the apex gets
 * everything (measured with the SMI adaptor). A route has nothing of the kind, so the result for it is empty.
 */
export function sharesOf(split: Split, rest: ServiceKey | undefined): Shares {
  if (isAllZero(split)) return new Map(rest === undefined ? [] : [[rest, 1]])
  const sum = split.backends.reduce((total, backend) => total + weightOf(split, backend), 0)
  const shares = new Map<ServiceKey, number>()
  for (const backend of split.backends) {
    const share = weightOf(split, backend) / sum
    if (share > 0) shares.set(backend.service, (shares.get(backend.service) ?? 0) + share)
  }
  return shares
}
