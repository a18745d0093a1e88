import { type Count, gradeOf } from './count.ts'
import { type DrainedOf, type DrainsSeen, nothingDrained } from './drain-sight.ts'
import { namespaceOfKey } from './facts.ts'
import { enoughOf, restingWeightsBy, type Split, textOf, weightsOf } from './table.ts'
import type { Rule } from './violation.ts'

/** What is wrong with the weights of a route that nothing has moved for long enough. */
export function wrongAtRest(
  key: string,
  splits: readonly Split[],
  now: (called: string) => Count,
  { possible, outlived }: DrainsSeen = nothingDrained,
): readonly [Rule, string] | undefined {
  for (const split of splits) {
    const wantedIf = (of: DrainedOf) =>
      of(split, namespaceOfKey(key)).flatMap((drains) =>
        restingWeightsBy({ ...split, drains }, (called) => gradeOf(now(called), enoughOf(split))).map(
          (weights) => textOf([weights]),
        ),
      )
    const is = textOf([weightsOf(split)])
    const should = wantedIf(possible)
    if (should.includes(is)) continue
    const what = `${key} has the weights ${textOf(splits.map(weightsOf))}, and should have ${should.join(' or ')}`
    if (wantedIf(outlived).includes(is)) return ['drain outlived', what]
    return ['not settled', what]
  }
  return undefined
}
