import type { Transport } from '../../../src/kube/http/transport.ts'
import type { Process } from '../engine/process.ts'
import type { Planted } from './planted.ts'
import { changed, isEventCreation, isRoutePatch, reworded } from './tools.ts'

const policies = 'failoverpolicies'

/** Bugs about the limits of moves that are not needed. */
export const limitPlants: readonly Planted[] = [
  {
    name: 'more moves than a limit allows',
    breaks: ['over the limit'],
    within: 5,
    policies: true,
    menu: ['one move in ten seconds'],
    plant: (transport) => reworded(transport, policies, '"movesPerSecond":0.1', '"movesPerSecond":100'),
  },
  {
    // Every write takes its turn.
    name: 'needed move limited',
    breaks: ['late'],
    within: 5,
    policies: true,
    menu: ['one move in ten seconds'],
    plant: (transport, process) => {
      let turn = 0
      return withWrites(transport, process, (now) => {
        turn = Math.max(now, turn + 10_000)
        return turn
      })
    },
  },
  {
    name: 'a mass event not noticed',
    breaks: ['over the limit'],
    within: 5,
    policies: true,
    menu: ['a mass event'],
    plant: (transport) => reworded(transport, policies, '"stopAtPercent":40', '"stopAtPercent":100'),
  },
  {
    // Nothing is written for a minute after it was reported.
    name: 'a mass event that holds needed moves',
    breaks: ['late'],
    within: 5,
    policies: true,
    menu: ['a mass event'],
    plant: (transport, process) => {
      let until = 0
      const reporting = changed(transport, {
        request: (req) => {
          const isReport = isEventCreation(req) && JSON.stringify(req.body).includes('"MassEvent"')
          if (isReport) until = process.clock.now() + 60_000
          return transport.request(req)
        },
      })
      return withWrites(reporting, process, () => until)
    },
  },
]

/** Writes of routes are sent at a time (ms on the clock), or at once if that is over. */
const withWrites = (transport: Transport, process: Process, turnAt: (now: number) => number): Transport =>
  changed(transport, {
    request: async (req) => {
      const { clock } = process
      const waitMs = isRoutePatch(req) ? turnAt(clock.now()) - clock.now() : 0
      if (waitMs > 0) await new Promise<void>((done) => clock.after(waitMs, done))
      return transport.request(req)
    },
  })
