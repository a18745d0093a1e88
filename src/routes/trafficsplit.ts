import { z } from 'zod'
import type { Backend, Split } from '../core/types.ts'
import { readMetadata } from './metadata.ts'
import { pausedAnnotation, primaryAnnotation, type Route, type RouteCodec } from './route.ts'
import { parseWeight } from './weight.ts'

/**
 * The largest weight that linkerd-smi's adaptor carries into a ServiceProfile: from 429,497 on its product
 * overflows 32 bits (measured against the adaptor).
 */
const maxWeight = 429_496

const specified = z.object({
  spec: z.object({ backends: z.array(z.object({ service: z.string(), weight: z.unknown().optional() })) }),
})
const apexOf = z.object({ spec: z.object({ service: z.string() }) })
type Entry = z.infer<typeof specified>['spec']['backends'][number]

/** SMI TrafficSplit: one split a route; its backends are Services of the route's own namespace. */
export const trafficSplit: RouteCodec = {
  kind: 'TrafficSplit',
  group: 'split.smi-spec.io',
  plural: 'trafficsplits',
  versions: ['v1alpha2', 'v1alpha1'],
  read,
}

function read(object: unknown): Route {
  const { apiVersion, metadata } = readMetadata(object)
  const { namespace, name, uid, labels, annotations } = metadata
  const spec = specified.safeParse(object)
  const entries = spec.success ? spec.data.spec.backends : []
  const apex = apexOf.safeParse(object).data
  const split = readSplit(entries, namespace, annotations)
  const problem = spec.success ? split.problem : firstIssue(spec.error)
  return {
    apiVersion,
    kind: 'TrafficSplit',
    namespace,
    name,
    uid,
    labels,
    apexes: apex ? [`${namespace}/${apex.spec.service}`] : [],
    splits: [{ ...split, problem }],
    places: [
      { path: '/spec/backends', entries: entries.map(({ service, weight }) => ({ service, weight })) },
    ],
  }
}

function readSplit(entries: Entry[], namespace: string, annotations: Record<string, string>): Split {
  const annotated = annotations[primaryAnnotation]
  const primary = annotated ?? entries[0]?.service
  return {
    backends: entries.map((entry) => readBackend(entry, namespace)),
    primary: primary === undefined ? undefined : `${namespace}/${primary}`,
    absentWeight: 0,
    maxWeight,
    paused: annotations[pausedAnnotation] === 'true',
    problem: problemOf(entries, annotated),
  }
}

function readBackend({ service, weight }: Entry, namespace: string): Backend {
  const parsed = parseWeight(weight)
  return { service: `${namespace}/${service}`, weight: 'weight' in parsed ? parsed.weight : undefined }
}

/** What its owner must mend, or `undefined`; names the field and the value. */
function problemOf(entries: readonly Entry[], annotated: string | undefined): string | undefined {
  if (entries.length === 0) return 'spec.backends is empty; add the primary and at least one secondary'
  for (const [index, { weight }] of entries.entries()) {
    const parsed = parseWeight(weight)
    if ('problem' in parsed)
      return `spec.backends[${index}].weight ${parsed.problem}; use an integer from 0 on`
  }
  if (annotated !== undefined && !entries.some(({ service }) => service === annotated)) {
    const names = [...new Set(entries.map(({ service }) => service))].slice(0, 8).join(', ')
    return `annotation ${primaryAnnotation} is "${annotated}", but no backend has that name; backends are: ${names}`
  }
  return undefined
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues
  const where = issue ? `${issue.path.join('.')}: ${issue.message}` : 'spec cannot be read'
  return `${where}; spec.backends needs a service (a name) and a weight (a number) in each entry`
}
