import { expect, it } from 'vitest'
import { readinessOf } from '../../core/types.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { gatewayCodecs } from '../../routes/gateway.ts'
import { judgeRoute } from '../../routes/judge.ts'
import { routeKey } from '../../routes/key.ts'
import { ref, routeObject } from '../../routes/testing/gateway-objects.ts'
import { StandbyMoves } from './standby-moves.ts'

const [http] = gatewayCodecs
if (!http) throw new Error('there is an HTTPRoute')

/** A state of the route, which a standby has written. */
const stateOf = (generation: number, web: number, east: number) => ({
  ...http.read(routeObject(http, [[ref('web', web), ref('east', east)]])),
  generation,
  movedBy: 'standby' as const,
})
const judged = (route: ReturnType<typeof stateOf>) =>
  judgeRoute(route, ({ service }) => readinessOf(service === 'shop/east' ? 1 : 0, 1))

it.each([
  ['though its watch is late, and has missed the state before', 3],
  ['once, if its watch shows the state before', 4],
])('a standby reports its own move when it leads, %s', (_, known) => {
  const moves = new StandbyMoves({
    clock: createManualClock(),
    judge: () => judged(stateOf(known, 1, 0)),
    leads: () => true,
  })
  const [before, after] = [stateOf(4, 1, 0), stateOf(5, 0, 1)]
  const key = routeKey(before)
  moves.see(key, stateOf(known, 1, 0), after)
  moves.made(key, judged(before), after)
  expect(moves.take(key)).toMatchObject([{ after, verdicts: [{ plan: [{ to: 0 }, { to: 1 }] }] }])
})
