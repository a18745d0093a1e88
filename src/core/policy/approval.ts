import type { Lost, Policy } from './types.ts'

/**
 * The loss that nobody has approved a return for; `undefined` if there is none. An approval is for what was lost before it,
 * and counts once its time has come (`today`, epoch ms): nobody can know what is lost until then.
 */
export function unapprovedOf(
  { isManual, approvedAt }: Pick<Policy, 'isManual' | 'approvedAt'>,
  lost: Lost | undefined,
  today = Number.POSITIVE_INFINITY,
): Lost | undefined {
  if (!isManual || !lost) return undefined
  return approvedAt !== undefined && lost.lostAt < approvedAt && approvedAt <= today ? undefined : lost
}
