import * as z from 'zod'
import type { Backend, ServiceKey, Split } from '../core/types.ts'
import { identify } from './identity.ts'
import { readPause } from './pause.ts'
import { applyPolicy } from './policy/policy.ts'
import { missingPrimary } from './primary.ts'
import { primaryAnnotation, type Route, type RouteCodec } from './route.ts'
import { skipsNothing } from './skipped-rules.ts'
import { parseWeight, weightProblem } from './weight.ts'

/**
 * The largest weight that linkerd-smi's adaptor carries into a ServiceProfile (measured against the adaptor).
 */
const maxWeight = 429_496

const specified = z.object({
  spec: z.object({ backends: z.array(z.object({ service: z.string(), weight: z.unknown().optional() })) }),
})
const apexOf = z.object({ spec: z.object({ service: z.string() }) })
type Entry = z.infer<typeof specified>['spec']['backends'][number]

const names = { kind: 'TrafficSplit', objectKind: 'TrafficSplit' }

/** SMI TrafficSplit: one split a route; its backends are Services of the route's own namespace. */
export const trafficSplit: RouteCodec = {
  ...names,
  group: 'split.smi-spec.io',
  plural: 'trafficsplits',
  versions: ['v1alpha2', 'v1alpha1'],
  read,
}

function read(object: unknown): Route {
  const { identity, annotations } = identify(names, object)
  const spec = specified.safeParse(object)
  const entries = spec.success ? spec.data.spec.backends : []
  const apex = apexOf.safeParse(object).data
  const apexes = apex ? [`${identity.namespace}/${apex.spec.service}`] : []
  const split = readSplit(entries, identity.namespace, annotations, apexes[0])
  const ignored = skipsNothing(annotations)
  const problem = spec.success ? split.problem : firstIssue(spec.error)
  return {
    ...identity,
    ...(ignored.length > 0 ? { ignored } : {}),
    apexes,
    splits: applyPolicy([{ ...split, problem }], identity.namespace, annotations),
    places: [
      { path: '/spec/backends', entries: entries.map(({ service, weight }) => ({ service, weight })) },
    ],
  }
}

function readSplit(
  entries: Entry[],
  namespace: string,
  annotations: Readonly<Record<string, string>>,
  apex: ServiceKey | undefined,
): Split {
  const annotated = annotations[primaryAnnotation]
  const primary = annotated ?? entries[0]?.service
  return {
    backends: entries.map((entry) => readBackend(entry, namespace, apex)),
    primary: primary === undefined ? undefined : `${namespace}/${primary}`,
    absentWeight: 0,
    maxWeight,
    ...readPause(annotations),
    problem: problemOf(entries, annotated),
  }
}

function readBackend({ service, weight }: Entry, namespace: string, apex: ServiceKey | undefined): Backend {
  const parsed = parseWeight(weight)
  return { service: `${namespace}/${service}`, apex, weight: 'weight' in parsed ? parsed.weight : undefined }
}

/** What its owner must mend, or `undefined`; names the field and the value. */
function problemOf(entries: readonly Entry[], annotated: string | undefined): string | undefined {
  if (entries.length === 0) return 'spec.backends is empty; add the primary and at least one secondary'
  if (annotated !== undefined && !entries.some(({ service }) => service === annotated)) {
    return missingPrimary(
      annotated,
      entries.map(({ service }) => service),
    )
  }
  return weightProblem(
    'spec.backends',
    entries.map(({ weight }) => weight),
  )
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues
  const where = issue ? `${issue.path.join('.')}: ${issue.message}` : 'spec cannot be read'
  return `${where}; spec.backends needs a service (a name) and a weight (a number) in each entry`
}
