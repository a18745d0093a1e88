import type { PatchOperation } from '../base/json-patch.ts'
import type { SplitPlan } from '../core/plan.ts'
import { weightOf } from '../core/split.ts'
import type { Split } from '../core/types.ts'
import type { Place, Route, WrittenEntry } from './route.ts'

/**
 * The plans of all splits (by position) as one atomic patch; empty if nothing changes.
 *
 * A changed split comes with `test`s of all that was read of it: of each entry the fields that say which
 * backend it is, and the weight, even if that stays as it is. So the patch leaves the weights that were
 * decided on, or is refused: the generation of the object does not show every edit, since an etcd that was
 * restored from a backup counts it again. Fields are tested one by one: the API server compares the text of a
 * value (evanphx/json-patch), and a whole entry may be written in more than one way.
 */
export function weightPatch(route: Route, plans: readonly SplitPlan[]): PatchOperation[] {
  return route.splits.flatMap((split, index) => {
    const place = route.places[index]
    const plan = plans[index] ?? []
    return place === undefined || plan.length === 0 ? [] : splitPatch(split, place, plan)
  })
}

/**
 * Weights that are written as text (`"0"`) become numbers along the way: TrafficSplit v1alpha2 takes no
 * others, and would refuse the whole object for one that was left.
 */
function splitPatch(split: Split, place: Place, plan: SplitPlan): PatchOperation[] {
  const planned = new Map(plan.map(({ index, to }) => [index, to]))
  return split.backends.flatMap((backend, index) => {
    const entry = place.entries[index] ?? {}
    const path = `${place.path}/${index}`
    const weight = weightOf(split, backend)
    const to = planned.get(index) ?? (typeof entry.weight === 'string' ? weight : undefined)
    return to === undefined ? testsOf(path, entry) : [...testsOf(path, entry), moveOf(path, entry, to)]
  })
}

/** A field that is absent equals null in a `test` of the API server. */
const testsOf = (path: string, entry: WrittenEntry): PatchOperation[] =>
  Object.entries(entry).map(([field, value]) => ({
    op: 'test',
    path: `${path}/${field}`,
    value: value ?? null,
  }))

const moveOf = (path: string, { weight }: WrittenEntry, to: number): PatchOperation => ({
  op: weight === undefined ? 'add' : 'replace',
  path: `${path}/weight`,
  value: to,
})
