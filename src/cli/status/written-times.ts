import type { Verdict } from '../../core/judge.ts'
import { heldBack, isChosen } from '../../core/policy/limits.ts'
import { limited } from '../../core/policy/rules/limited.ts'
import { writtenSplitOf } from '../../policies/recalled.ts'
import type { Judged } from '../../routes/judge.ts'
import { placeOfRoute } from '../../routes/policy/place.ts'
import type { Route } from '../../routes/route.ts'
import type { PoliciesRead } from '../policies/read-policies.ts'
import type { Held } from './held.ts'
import { keyOf, noTimes, type OperatorTimes, splitKey } from './operator-times.ts'

/**
 * What the operator has last written of waits in the status of policies that target routes by name, for who cannot ask it;
 * a time that is over (`today`: epoch ms) says nothing more.
 */
export function writtenTimes(
  judged: readonly Judged[],
  policies: Pick<PoliciesRead, 'index' | 'byKey'>,
  today: number,
): OperatorTimes {
  const found = judged.flatMap(({ route, verdicts }) =>
    verdicts.flatMap((verdict) => {
      const written = writtenOf(route, verdict, policies)
      return written && Date.parse(written.until) > today ? [{ route, verdict, written }] : []
    }),
  )
  const waits = new Map<string, string>()
  const held = new Map<string, Held>()
  for (const { route, verdict, written } of found) {
    const where = verdict.split.where ?? null
    const backend = verdict.wait?.what === written.waits ? waitingFor(verdict) : undefined
    if (backend) waits.set(keyOf(route, { where, waits: backend }), written.until)
    const hold = heldIn(verdict, written)
    if (hold) held.set(splitKey(route, where), hold)
  }
  return { ...noTimes, waits, held }
}

/** Only if it says until when. */
function writtenOf(
  route: Route,
  { split }: Verdict,
  { index, byKey }: Pick<PoliciesRead, 'index' | 'byKey'>,
) {
  const part = { where: split.where, all: route.splits.map(({ where }) => where) }
  const written = writtenSplitOf(placeOfRoute(route), part, index, byKey)
  return written?.until === undefined ? undefined : { ...written, until: written.until }
}

/** The backend that gets traffic, or is left, when the wait ends. */
function waitingFor({ wait, split }: Pick<Verdict, 'wait' | 'split'>) {
  const backend = wait && split.backends[wait.backend]
  return backend && { service: backend.service, port: backend.port ?? null }
}

/** Its move as one that waits for its turn. */
function heldIn(verdict: Verdict, { waits, until }: Written): Held | undefined {
  if (waits !== 'limit' || !isChosen(verdict)) return undefined
  const held = heldBack(verdict, limited.name, undefined)
  const { decision, sentence } = held
  const backend = waitingFor(held)
  if (!backend || decision.kind === 'hold') return undefined
  const shown = { what: 'limit', ...backend, until } as const
  return { decision: decision.kind, rule: limited.name, state: decision.state, sentence, waits: shown }
}

type Written = NonNullable<ReturnType<typeof writtenOf>>
