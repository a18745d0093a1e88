import { routeResources } from './rules.ts'

/** Both objects have this part, and it is equal; or neither has it. */
const same = (part: string) => `object${part} == oldObject${part}`

/** Every key of `left` but these has the same value in `right`. */
const keysAgree = (left: string, right: string, free: readonly string[]) => {
  const isFree = free.map((key) => `k == "${key}"`).join(' || ')
  return `${left}.all(k, ${isFree} || (k in ${right} && ${left}[k] == ${right}[k]))`
}

/** `left` and `right` have the same keys and values, but for the values of these keys. */
const agree = (left: string, right: string, free: readonly string[]) =>
  `${keysAgree(left, right, free)} && ${right}.all(k, k in ${left})`

/** What `kubectl describe` and the operator's log show of a refused write. */
const refusal = (part: string) => `the operator may change weights only, not ${part}`

/** The list of backends of a rule; a rule may have none. */
const refs = (rule: string) => `${rule}.?backendRefs.orValue([])`

/** Which backend an entry of a rule is, whatever its weight. */
const identity = (entry: string) => {
  const fields = ['group', 'kind', 'name', 'namespace'].map((field) => `${entry}.?${field}.orValue("")`)
  return `[${fields.join(', ')}, string(${entry}.?port.orValue(0))].join(",")`
}

/** What a rule is, in its place among the others: what it matches, and its backends in their order. */
const shapes = (rules: string) => [
  `${rules}.map(r, r.?matches.orValue([]))`,
  `${rules}.map(r, ${refs('r')}.map(b, ${identity('b')}))`,
]

const sameShapes = shapes('variables.newRules')
  .map((shape, index) => `${shape} == ${shapes('variables.oldRules')[index]}`)
  .join(' && ')

const backendsAgree = (left: string, right: string) =>
  `${left}.all(b, ${right}.exists(c, ${agree('b', 'c', ['weight'])}))`

const rulesAgree = `variables.newRules.all(r, variables.oldRules.exists(o, ${agree('r', 'o', ['backendRefs'])} && ${backendsAgree(refs('r'), refs('o'))}))`

/**
 * The part of the admission policy that knows routes, in CEL as Kubernetes 1.30 has it: `backends` of a
 * TrafficSplit, `rules` of every other kind. An entry of a list of backends is matched with the old one of the
 * same Service. Where a Service stands there twice, its two entries may change places, which says the same as
 * their weights changing places.
 */
export const weightsOnly = {
  resourceRules: routeResources().map(({ group, plurals }) => ({
    apiGroups: [group],
    apiVersions: ['*'],
    operations: ['UPDATE' as const],
    resources: plurals,
  })),
  variables: [
    { name: 'new', expression: 'object.spec' },
    { name: 'old', expression: 'oldObject.spec' },
    { name: 'newRules', expression: 'object.spec.?rules.orValue([])' },
    { name: 'oldRules', expression: 'oldObject.spec.?rules.orValue([])' },
  ],
  validations: [
    {
      expression: ['labels', 'annotations', 'finalizers', 'ownerReferences']
        .map((field) => same(`.metadata.?${field}`))
        .join(' && '),
      message: refusal('metadata'),
    },
    {
      expression: agree('variables.new', 'variables.old', ['backends', 'rules']),
      message: refusal('other fields of the spec'),
    },
    {
      expression:
        'variables.new.?backends.orValue([]).map(b, b.service) == variables.old.?backends.orValue([]).map(b, b.service)',
      message: refusal('the list of backends'),
    },
    {
      expression: `variables.new.?backends.orValue([]).all(b, variables.old.backends.exists(o, b.service == o.service && ${agree('b', 'o', ['weight'])}))`,
      message: refusal('other fields of a backend'),
    },
    { expression: sameShapes, message: refusal('the rules or their backends') },
    { expression: rulesAgree, message: refusal('other fields of a rule') },
  ],
}
