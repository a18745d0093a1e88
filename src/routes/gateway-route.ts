import * as z from 'zod'
import { child, list, text } from '../base/json.ts'
import type { Backend, ServiceKey, Split } from '../core/types.ts'
import { readMatches } from './gateway-match.ts'
import {
  type BackendRef,
  backendRef,
  type Context,
  readBackend,
  readSplit,
  splitOf,
} from './gateway-split.ts'
import { identify } from './identity.ts'
import { readPause } from './pause.ts'
import { applyPolicy } from './policy/policy.ts'
import {
  type Place,
  primaryAnnotation,
  type Route,
  type RouteCodec,
  skipRulesAnnotation,
  type WrittenEntry,
} from './route.ts'
import { readSkippedRules } from './skipped-rules.ts'

const parentRef = z.object({
  group: z.string().nullish(),
  kind: z.string().nullish(),
  name: z.string(),
  namespace: z.string().nullish(),
  port: z.number().nullish(),
})
/** A rule that can be failed over, and where it stands. */
interface Rule {
  readonly split: Split
  readonly place: Place
}

/** Reads a route: each rule with two or more backendRefs is a split of its own. Total. */
export function readGatewayRoute(names: Pick<RouteCodec, 'kind' | 'objectKind'>, object: unknown): Route {
  const { identity, annotations } = identify(names, object)
  const context: Context = {
    namespace: identity.namespace,
    pause: readPause(annotations),
    annotated: annotations[primaryAnnotation],
  }
  const rules = list(child(object, 'spec'), 'rules')
  const { indexes, ignored } = readSkippedRules(annotations[skipRulesAnnotation], rules)
  const found = rules.flatMap((rule, index) => {
    const refs = list(rule, 'backendRefs')
    return refs.length < 2 || indexes.has(index)
      ? []
      : [readRule(refs, whereOf(index), `/spec/rules/${index}`, context)]
  })
  const parents = parentsOf(object, identity.namespace)
  const read = found.length > 0 ? found : [nothingToMove(context, indexes.size > 0)]
  return {
    ...identity,
    ...(ignored.length > 0 ? { ignored } : {}),
    ...(indexes.size > 0 ? { skipped: [...indexes].sort((a, b) => a - b).map(whereOf) } : {}),
    apexes: parents.map(({ service }) => service),
    apexPorts: parents.map(({ port }) => port),
    matches: readMatches(object),
    accepted: isAccepted(object),
    splits: applyPolicy(
      read.map(({ split }) => split),
      identity.namespace,
      annotations,
      () => backendsLeftAlone(rules, indexes, identity.namespace),
    ),
    places: read.map(({ place }) => place),
  }
}

/** The Services among its parents; a parent without group and kind is a Gateway. */
function parentsOf(
  object: unknown,
  ownNamespace: string,
): { service: ServiceKey; port: number | undefined }[] {
  return list(child(object, 'spec'), 'parentRefs').flatMap((item) => {
    const { data } = parentRef.safeParse(item)
    const isService = data?.kind === 'Service' && ['', 'core'].includes(data.group ?? '')
    if (!isService) return []
    return [{ service: `${data.namespace ?? ownNamespace}/${data.name}`, port: data.port ?? undefined }]
  })
}

/** Whether any parent's status has Accepted=True by Linkerd. */
function isAccepted(object: unknown): boolean {
  const parents = list(child(object, 'status'), 'parents')
  return parents.some((parent) => {
    const holds = list(parent, 'conditions').some(
      (condition) => text(condition, 'type') === 'Accepted' && text(condition, 'status') === 'True',
    )
    return holds && text(parent, 'controllerName') === 'linkerd.io/policy-controller'
  })
}

const whereOf = (index: number): string => `spec.rules[${index}]`

/** A route of which no rule has a choice: its owner has labelled it in vain, and must hear of it. */
const nothingToMove = (context: Context, isSkipping: boolean): Rule => ({
  split: splitOf(context, [], {
    problem: isSkipping
      ? `no rule with two or more backendRefs is left to fail over; remove one from the annotation ${skipRulesAnnotation}`
      : 'no rule has two or more backendRefs, so there is nothing to fail over to; add the secondaries',
  }),
  place: { path: '/spec/rules', entries: [] },
})

/** The backends of rules that are left alone, or have only one: to name them is no mistake. */
const backendsLeftAlone = (
  rules: readonly unknown[],
  skipped: ReadonlySet<number>,
  namespace: string,
): Backend[] =>
  rules.flatMap((rule, index) => {
    const refs = list(rule, 'backendRefs')
    if (refs.length > 1 && !skipped.has(index)) return []
    return refs.flatMap((item) => {
      const { data } = backendRef.safeParse(item)
      return data ? [readBackend(data, namespace)] : []
    })
  })

function readRule(items: readonly unknown[], where: string, path: string, context: Context): Rule {
  const refs: BackendRef[] = []
  for (const [index, item] of items.entries()) {
    const ref = backendRef.safeParse(item)
    if (!ref.success) {
      const problem = `${where}.backendRefs[${index}]${issueOf(ref.error)}`
      return { split: splitOf(context, [], { where, problem }), place: { path, entries: [] } }
    }
    refs.push(ref.data)
  }
  return {
    split: readSplit(refs, where, context),
    place: { path: `${path}/backendRefs`, entries: refs.map(written) },
  }
}

const written = ({ group, kind, name, namespace, port, weight }: BackendRef): WrittenEntry => ({
  group,
  kind,
  name,
  namespace,
  port,
  weight,
})

function issueOf(error: z.ZodError): string {
  const [issue] = error.issues
  const field = issue?.path.map((key) => `.${String(key)}`).join('') ?? ''
  return `${field}: ${issue?.message ?? 'cannot be read'}; a backendRef needs the name and port of a Service`
}
