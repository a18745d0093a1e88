import type { Condition } from './schema-parts.ts'

/** A condition as it is now; since when is known from the one that is written. */
export type FreshCondition = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>

export const granted = (type: string, reason: string, message: string): FreshCondition => ({
  type,
  status: 'True',
  reason,
  message,
})
export const refused = (type: string, reason: string, message: string): FreshCondition => ({
  type,
  status: 'False',
  reason,
  message,
})

/** Of a policy whose limits hold a mass event. */
export const massEventType = 'MassEvent'

/** Whether its limits hold a mass event; nothing for a policy that asks for no such limit. */
export function massEventConditions(isHeld: boolean | undefined): FreshCondition[] {
  if (isHeld === undefined) return []
  const held = 'more routes than limits.stopAtPercent want to leave backends that can serve, so none does'
  return isHeld
    ? [granted(massEventType, 'Held', held)]
    : [refused(massEventType, 'NoMassEvent', 'no move is held by limits.stopAtPercent')]
}
