import * as z from 'zod'
import type { Backend, Split } from '../core/types.ts'
import {
  backendName,
  missingPrimary,
  type PrimaryReference,
  parsePrimary,
  unreadablePrimary,
} from './primary.ts'
import { parseWeight, weightProblem } from './weight.ts'

/** The largest weight that the Gateway API's schema takes. */
export const maxWeight = 1_000_000

/** One entry of a rule's backendRefs, as far as it matters here. */
export const backendRef = z.object({
  group: z.string().nullish(),
  kind: z.string().nullish(),
  name: z.string(),
  namespace: z.string().nullish(),
  port: z.number().nullish(),
  weight: z.unknown().optional(),
})
export type BackendRef = z.infer<typeof backendRef>

/** What all splits of one route share. */
export interface Context {
  readonly namespace: string
  readonly pause: Pick<Split, 'paused' | 'pause'>
  readonly annotated: string | undefined
}

/** The split of a rule at `where` (`spec.rules[1]`); what its owner must mend is its `problem`. */
export function readSplit(refs: readonly BackendRef[], where: string, context: Context): Split {
  const backends = refs.map((ref) => readBackend(ref, context.namespace))
  const primary = primaryOf(backends, context)
  const problem = problemOf(refs, `${where}.backendRefs`)
  if (problem !== undefined || typeof primary === 'string') {
    const why = problem ?? `${where} does not fail over: ${primary}`
    return splitOf(context, backends, { where, problem: why })
  }
  return splitOf(context, backends, { where, primary: primary.service, primaryPort: primary.port })
}

/** A split of the Gateway API without anything that its rule says. */
export const splitOf = ({ pause }: Context, backends: readonly Backend[], rest: Partial<Split>): Split => ({
  backends,
  primary: undefined,
  problem: undefined,
  absentWeight: 1,
  maxWeight,
  ...pause,
  ...rest,
})

/** A backendRef as a backend. */
export function readBackend(ref: BackendRef, ownNamespace: string): Backend {
  const { name, namespace, port, weight } = ref
  const parsed = parseWeight(weight)
  return {
    service: `${namespace ?? ownNamespace}/${name}`,
    port: port ?? undefined,
    ...(isService(ref) ? {} : { foreign: true }),
    weight: 'weight' in parsed ? parsed.weight : undefined,
  }
}

/** The backend that the annotation names, else the first; a text says what is wrong with the annotation. */
function primaryOf(
  backends: readonly Backend[],
  { annotated, namespace }: Context,
): PrimaryReference | string {
  if (annotated === undefined) return { service: backends[0]?.service ?? '', port: backends[0]?.port }
  const reference = parsePrimary(annotated, namespace)
  if (reference === undefined) return unreadablePrimary(annotated)
  const isNamed = backends.some(
    ({ service, port }) =>
      service === reference.service && (reference.port === undefined || port === reference.port),
  )
  const names = backends.map((backend) => backendName(backend, namespace))
  return isNamed ? reference : missingPrimary(annotated, names)
}

/** What the owner of a rule must mend in its backendRefs, or `undefined`. */
function problemOf(refs: readonly BackendRef[], where: string): string | undefined {
  const foreign = refs.findIndex((ref) => !isService(ref))
  if (foreign >= 0) {
    const { kind, group, name } = refs[foreign] ?? {}
    const what = [kind ?? 'Service', group].filter(Boolean).join('.')
    return `${where}[${foreign}] is ${what} "${name}", whose readiness the operator cannot know; use a Service, or move the rule to another route`
  }
  return weightProblem(
    where,
    refs.map(({ weight }) => weight),
  )
}

const isService = ({ group, kind }: BackendRef): boolean =>
  ['', 'core'].includes(group ?? '') && (kind ?? 'Service') === 'Service'
