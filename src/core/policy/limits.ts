import { decisionBy } from '../decide.ts'
import { sentenceOf } from '../explain.ts'
import type { Verdict } from '../judge.ts'
import { applyPlan } from '../plan.ts'
import { failOver, servePrimary } from '../rule.ts'
import { indexesOf, isAllZero, weightOf, weightsOf } from '../split.ts'
import { directionOf, isOnFirstTier } from '../transition.ts'
import { awaitsApproval } from './rules/awaits-approval.ts'
import { limited, massEvent } from './rules/limited.ts'

/**
 * True for a move that may wait: whatever it takes traffic from may be able to serve. A move that takes traffic from what is
 * down, or repairs weights that are all zero, is needed; one that undoes a return that nobody approved is no choice either.
 */
export function isChosen(verdict: Verdict): boolean {
  const { split, plan, readiness } = verdict
  if (plan.length === 0 || isAllZero(split) || undoesReturn(verdict)) return false
  return sharesMoved({ split, plan }).every(
    (moved, index) => moved >= 0 || readiness[index]?.state !== 'down',
  )
}

/** Another client gave traffic back to a lost tier, unless it is a drain that it leaves. */
const undoesReturn = ({ split, plan, decision }: Verdict): boolean =>
  decision.rule === awaitsApproval.name &&
  directionOf(split, applyPlan(split, plan)) === 'failover' &&
  sharesMoved({ split, plan }).every((moved, index) => moved >= 0 || !decision.drains?.[index])

/** True for a chosen move to a later tier that no drain asks for. */
export const isChosenAway = (verdict: Verdict): boolean =>
  isChosen(verdict) &&
  verdict.decision.state !== 'drained' &&
  directionOf(verdict.split, applyPlan(verdict.split, verdict.plan)) === 'failover'

/** The backends (indexes) that a move gives more traffic. */
export const gaining = (verdict: Verdict): number[] =>
  sharesMoved(verdict).flatMap((moved, index) => (moved > 0 ? [index] : []))

/** What serves goes on; the move is made at a time (ms on the clock), if that is known. */
export function heldBack(verdict: Verdict, name: 'Limited' | 'MassEvent', at: number | undefined): Verdict {
  const { split, decision: wanted } = verdict
  const active = indexesOf(split, (backend) => weightOf(split, backend) > 0)
  const rule = name === 'Limited' ? limited : massEvent
  const answer = isOnFirstTier(split) ? servePrimary(active) : failOver(active)
  const decision = decisionBy(rule, answer, wanted.drains)
  const readiness = () => ({ state: 'unknown', why: '' }) as const
  const reason = rule.because({ split, readiness }, answer)
  const [backend] = gaining(verdict)
  const wait = backend === undefined ? undefined : ({ what: 'limit', backend, at } as const)
  return { ...verdict, decision, plan: [], reason, sentence: sentenceOf(decision, reason), wait }
}

/** A move of it is held up by limits. */
export const isHeldBack = ({ decision: { rule } }: Pick<Verdict, 'decision'>): boolean =>
  rule === limited.name || rule === massEvent.name

/** By backend: how much more of the traffic it gets, or less. */
function sharesMoved({ split, plan }: Pick<Verdict, 'split' | 'plan'>): number[] {
  const [before, after] = [split, applyPlan(split, plan)].map(weightsOf)
  const [sum, newSum] = [before, after].map((weights = []) => weights.reduce((all, one) => all + one, 0))
  return (before ?? []).map(
    (weight, index) => ((after ?? [])[index] ?? 0) / (newSum || 1) - weight / (sum || 1),
  )
}
