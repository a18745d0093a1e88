import * as z from 'zod'
import { namespacePattern, objectNamePattern } from '../../base/names.ts'
import { problemsOf } from '../../policies/check.ts'
import { type Drain, drainSpecSchema, readDrain } from '../../policies/drain.ts'
import { type FailoverPolicy, policyNames, readFailoverPolicy } from '../../policies/failover-policy.ts'
import { policySpecSchema } from '../../policies/failover-policy-schema.ts'
import { issueText } from '../../policies/issue-words.ts'

/** An object of a file: one of our kinds, one of another kind, or a wrong one. */
export type OwnObject =
  | { readonly kind: 'FailoverPolicy'; readonly object: FailoverPolicy }
  | { readonly kind: 'Drain'; readonly object: Drain }
  | { readonly kind: 'other'; readonly name: string }
  | {
      readonly kind: 'wrong'
      /** `FailoverPolicy shop/cart`, as far as it is known. */
      readonly title?: string
      /** All that is wrong, each with its field. */
      readonly problems: readonly string[]
    }

const { group } = policyNames
const [version] = policyNames.versions
const apiVersion = `${group}/${version}`
const specs = { FailoverPolicy: policySpecSchema, Drain: drainSpecSchema }

const head = z.object({ apiVersion: z.string(), kind: z.string() })
const metadata = z.object({
  name: z.string('must be there').regex(objectNamePattern, 'must be the name of an object, such as cart'),
  namespace: z.string().regex(namespacePattern, 'must be the name of a namespace, such as shop'),
})
const body = z.object({ metadata: z.looseObject({}).catch({}), spec: z.unknown() })

const wrong = (...problems: readonly string[]): OwnObject => ({ kind: 'wrong', problems })

/** Reads an object that is not in a cluster yet, and checks it as the API server would; `namespace`: its, if it has none. */
export function readOwnObject(value: unknown, namespace: string): OwnObject {
  const read = head.safeParse(value)
  if (!read.success) return wrong('it is no object of Kubernetes: apiVersion and kind must be there')
  const { apiVersion: written, kind } = read.data
  if (!written.startsWith(`${group}/`)) return { kind: 'other', name: kind }
  if (written !== apiVersion) return wrong(`apiVersion: must be ${apiVersion}, and is ${written}`)
  if (kind !== 'FailoverPolicy' && kind !== 'Drain')
    return wrong(`kind: must be FailoverPolicy or Drain, and is ${kind}`)
  return readKind(kind, body.parse(value), namespace)
}

function readKind(
  kind: keyof typeof specs,
  { metadata: given, spec }: z.infer<typeof body>,
  namespace: string,
): OwnObject {
  const placed = { namespace, ...given }
  const named = metadata.safeParse(placed)
  const problems = [
    ...(named.success ? [] : named.error.issues).map(
      (issue) => `metadata.${issue.path.join('.')}: ${issueText(issue)}`,
    ),
    ...problemsOf(specs[kind], spec).map(({ field, message }) => `${field}: ${message}`),
  ]
  const title = named.success ? `${kind} ${named.data.namespace}/${named.data.name}` : kind
  if (problems.length > 0) return { kind: 'wrong', title, problems }
  const object = { metadata: placed, spec }
  const own =
    kind === 'Drain' ? { kind, object: readDrain(object) } : { kind, object: readFailoverPolicy(object) }
  const { problem } = own.object
  return problem === undefined ? own : { kind: 'wrong', title, problems: [problem] }
}
