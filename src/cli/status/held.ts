import * as z from 'zod'
import { routeState } from '../../api/common.ts'
import { wait } from '../../api/policy.ts'
import type { RouteFacts, SplitItem } from '../../api/schema.ts'
import { isChosen } from '../../core/policy/limits.ts'
import { limited, massEvent } from '../../core/policy/rules/limited.ts'
import { stateOf } from '../../core/state.ts'
import { objectKey } from '../../policies/object.ts'
import type { Judged } from '../../routes/judge.ts'
import type { Route } from '../../routes/route.ts'
import type { PoliciesRead } from '../policies/read-policies.ts'

/** A split whose move limits hold up, as the operator shows it: it alone sees all routes at once. */
const held = z.object({
  decision: z.enum(['primary', 'failover']),
  rule: z.enum([limited.name, massEvent.name]),
  state: routeState,
  sentence: z.string(),
  waits: wait.nullable(),
})
export type Held = z.infer<typeof held>

/** `undefined`: its move is not held up, or the operator's version is not known here. */
export const readHeld = (split: unknown): Held | undefined => held.safeParse(split).data

/** Whether the operator said that limits hold up the move of a split. */
export const isHeld = ({ rule }: Pick<SplitItem, 'rule'>): boolean =>
  rule === limited.name || rule === massEvent.name

/** The route with those of its due moves held that the operator holds; `heldAt`: by position of the split. */
export function withHeld(facts: RouteFacts, heldAt: (split: SplitItem) => Held | undefined): RouteFacts {
  const splits = facts.splits.map((split) => {
    const found = split.due ? heldAt(split) : undefined
    return found ? { ...split, ...found, due: false } : split
  })
  if (!splits.some(isHeld)) return facts
  const state = stateOf(splits)
  return {
    ...facts,
    state,
    due: splits.some(({ due }) => due),
    sentence: splits.find((split) => split.state === state)?.sentence ?? facts.sentence,
    splits,
  }
}

/** The part of a sentence that says why. */
export const reasonIn = (sentence: string): string => sentence.slice(sentence.indexOf(': ') + 2)

/**
 * The policy whose limits may hold up moves of routes, and how many of these routes want one that is not needed; without
 * those that are known to be held.
 */
export function mayBeHeld(
  judged: readonly Judged[],
  { index: { ofMesh } }: Pick<PoliciesRead, 'index'>,
  isKnown: (route: Route, where: string | undefined) => boolean = () => false,
): { readonly policy: string; readonly count: number } | undefined {
  if (!ofMesh?.spec?.limits) return undefined
  const { length: count } = judged.filter(({ route, verdicts }) =>
    verdicts.some((verdict) => isChosen(verdict) && !isKnown(route, verdict.split.where)),
  )
  return count === 0 ? undefined : { policy: objectKey(ofMesh), count }
}
