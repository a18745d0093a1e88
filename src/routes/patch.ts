import type { PatchOperation } from '../base/json-patch.ts'
import type { SplitPlan } from '../core/plan.ts'
import { identityTests, ownershipTests } from './ownership.ts'
import type { Route } from './route.ts'
import { weightPatch } from './weight-patch.ts'

/**
 * The plans of all splits (by position) as one atomic patch. It moves the weights only while the server still
 * has the object that was read, wanted by its owner as it was read: `selectorKeys` are the label keys that
 * select it.
 */
export const routePatch = (
  route: Route,
  plans: readonly SplitPlan[],
  selectorKeys: readonly string[],
): PatchOperation[] => [
  ...identityTests(route),
  ...ownershipTests(route, selectorKeys),
  ...weightPatch(route, plans),
]
