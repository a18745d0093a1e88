import type { Lost, Policy } from './types.ts'

/**
 * The loss that nobody has approved a return for; `undefined` if there is none. An approval is for what was lost before it,
 * and counts once its time has come (`today`, epoch ms): nobody can know what is lost until then. One for the moment after
 * the loss counts at once: by a clock that was set back, the loss itself is still to come.
 */
export function unapprovedOf(
  { isManual, approvedAt }: Pick<Policy, 'isManual' | 'approvedAt'>,
  lost: Lost | undefined,
  today = Number.POSITIVE_INFINITY,
): Lost | undefined {
  if (!isManual || !lost) return undefined
  const { lostAt } = lost
  const isApproved =
    approvedAt !== undefined && lostAt < approvedAt && approvedAt <= Math.max(today, lostAt + 1)
  return isApproved ? undefined : lost
}
