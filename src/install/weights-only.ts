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

/**
 * The part of the admission policy that knows routes, in CEL as Kubernetes 1.30 has it. An entry of the list of
 * backends is matched with the old one of the same Service. Where a Service stands there twice, its two entries
 * may change places, which says the same as their weights changing places.
 */
export const weightsOnly = {
  resourceRules: [
    {
      apiGroups: ['split.smi-spec.io'],
      apiVersions: ['*'],
      operations: ['UPDATE' as const],
      resources: ['trafficsplits'],
    },
  ],
  variables: [
    { name: 'new', expression: 'object.spec' },
    { name: 'old', expression: 'oldObject.spec' },
  ],
  validations: [
    {
      expression: ['labels', 'annotations', 'finalizers', 'ownerReferences']
        .map((field) => same(`.metadata.?${field}`))
        .join(' && '),
      message: refusal('metadata'),
    },
    {
      expression: agree('variables.new', 'variables.old', ['backends']),
      message: refusal('other fields of the spec'),
    },
    {
      expression: 'variables.new.backends.map(b, b.service) == variables.old.backends.map(b, b.service)',
      message: refusal('the list of backends'),
    },
    {
      expression: `variables.new.backends.all(b, variables.old.backends.exists(o, b.service == o.service && ${agree('b', 'o', ['weight'])}))`,
      message: refusal('other fields of a backend'),
    },
  ],
}
