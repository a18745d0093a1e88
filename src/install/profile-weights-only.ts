import type { INamedRuleWithOperations } from 'kubernetes-models/admissionregistration.k8s.io/v1/NamedRuleWithOperations'
import { agree, metadataAgrees } from './weights-only.ts'

/** All writes of ServiceProfiles that the operator's account has a right to, through whatever version. */
export const profileResourceRules: INamedRuleWithOperations[] = [
  {
    apiGroups: ['linkerd.io'],
    apiVersions: ['*'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['serviceprofiles'],
    // The default, said aloud: else `kubectl apply` sees a difference each time.
    scope: '*',
  },
]

/** What the validations speak of. `before` of a new ServiceProfile is empty, and so is its list. */
export const profileVariables = [
  { name: 'now', expression: 'has(object.spec) ? dyn(object.spec) : dyn({})' },
  {
    name: 'before',
    expression: 'oldObject != null && has(oldObject.spec) ? dyn(oldObject.spec) : dyn({})',
  },
  { name: 'overrides', expression: 'variables.now.?dstOverrides.orValue([])' },
  { name: 'overridden', expression: 'variables.before.?dstOverrides.orValue([])' },
  {
    name: 'suffix',
    expression: 'object.metadata.name.substring(object.metadata.name.indexOf("."))',
  },
]

const refusal = (part: string) =>
  `the operator may change only the weights of a ServiceProfile's dstOverrides, not ${part}`

export const profileValidations = [
  {
    expression: [
      'oldObject == null',
      '? !has(object.metadata.finalizers) && !has(object.metadata.ownerReferences)',
      `: ${metadataAgrees}`,
    ].join(' '),
    message: refusal('metadata'),
  },
  {
    expression: agree('variables.now', 'variables.before', '"dstOverrides"'),
    message: refusal('other fields of the spec'),
  },
  {
    expression:
      'size(variables.overridden) == 0 || variables.overrides.map(o, o.authority) == variables.overridden.map(o, o.authority)',
    message: refusal('the list itself, if there is one'),
  },
  {
    expression: [
      'variables.suffix.startsWith("." + object.metadata.namespace + ".svc.") &&',
      'variables.overrides.all(o, o.all(k, k in ["authority", "weight"])) &&',
      '(size(variables.overridden) > 0 || variables.overrides.all(o, o.authority.endsWith(variables.suffix) &&',
      '!o.authority.substring(0, size(o.authority) - size(variables.suffix)).contains(".")))',
    ].join(' '),
    message:
      'the operator may name only Services of the same namespace in a list that it adds to a ServiceProfile',
  },
]
