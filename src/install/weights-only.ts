import type { INamedRuleWithOperations } from 'kubernetes-models/admissionregistration.k8s.io/v1/NamedRuleWithOperations'
import { routeGroups } from './rules.ts'

/** All updates of routes, through whatever version. */
export const resourceRules: INamedRuleWithOperations[] = routeGroups.map(({ group, plurals }) => ({
  apiGroups: [group],
  apiVersions: ['*'],
  operations: ['UPDATE'],
  resources: plurals,
  // The default, said aloud: else `kubectl apply` sees a difference each time.
  scope: '*',
}))

/** A list of `{now, before}` out of two lists, place by place. */
const pairs = (now: string, before: string): string =>
  `variables.places.filter(i, i < size(${now}) && i < size(${before})).map(i, {"now": ${now}[i], "before": ${before}[i]})`

/** A list that may be absent. */
const listOf = (path: string, field: string): string => `${path}.?${field}.orValue([])`

/**
 * What the validations speak of, in CEL as Kubernetes 1.30 has it: it cannot count, so a list of numbers
 * leads it through two lists at once. No kind of the Gateway API has more than 16 rules, nor a rule more than
 * 16 backends. In a TrafficSplit an entry is found by its Service; the order of the Services is checked
 * besides.
 */
export const variables = [
  { name: 'isSplit', expression: 'request.resource.resource == "trafficsplits"' },
  { name: 'now', expression: 'dyn(object.spec)' },
  { name: 'before', expression: 'dyn(oldObject.spec)' },
  { name: 'places', expression: '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]' },
  { name: 'rules', expression: pairs(listOf('variables.now', 'rules'), listOf('variables.before', 'rules')) },
  {
    name: 'backends',
    expression: [
      'variables.isSplit',
      '? [variables.now.backends.map(b, {"now": b, "before": variables.before.backends.filter(o, o.service == b.service)[0]})]',
      `: variables.rules.map(r, ${pairs(listOf('r.now', 'backendRefs'), listOf('r.before', 'backendRefs'))})`,
    ].join(' '),
  },
]

/** The two have the same keys, and the same values but for the free key. */
export const agree = (now: string, before: string, free: string): string =>
  `${now}.all(k, k == ${free} || (k in ${before} && ${now}[k] == ${before}[k])) && ${before}.all(k, k in ${now})`

const equalLength = (now: string, before: string): string =>
  `size(${now}) == size(${before}) && size(${now}) <= 16`

/** What steers others than Linkerd in the metadata of an object. */
export const metadataAgrees = ['labels', 'annotations', 'finalizers', 'ownerReferences']
  .map((field) => `object.metadata.?${field} == oldObject.metadata.?${field}`)
  .join(' && ')

/** What the operator's log and Events show of a refused write. */
const refusal = (part: string) => `the operator may change weights only, not ${part}`

export const validations = [
  {
    expression: metadataAgrees,
    message: refusal('metadata'),
  },
  {
    expression: agree('variables.now', 'variables.before', '(variables.isSplit ? "backends" : "rules")'),
    message: refusal('other fields of the spec'),
  },
  {
    expression: [
      'variables.isSplit',
      '? variables.now.backends.map(b, b.service) == variables.before.backends.map(b, b.service)',
      `: ${equalLength(listOf('variables.now', 'rules'), listOf('variables.before', 'rules'))} &&`,
      `variables.rules.all(r, ${equalLength(listOf('r.now', 'backendRefs'), listOf('r.before', 'backendRefs'))})`,
    ].join(' '),
    message: refusal('the list of rules or of backends'),
  },
  {
    expression: `variables.rules.all(r, ${agree('r.now', 'r.before', '"backendRefs"')})`,
    message: refusal('other fields of a rule'),
  },
  {
    expression: `variables.backends.all(l, l.all(b, ${agree('b.now', 'b.before', '"weight"')}))`,
    message: refusal('other fields of a backend'),
  },
]
