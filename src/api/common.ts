import * as z from 'zod'
import { routeStates } from '../core/state.ts'

/** Words that several parts of the JSON API use. */

export const time = z.iso.datetime().describe('RFC 3339, UTC')

export const service = z.string().describe('The Service, as namespace/name.')

export const revision = z
  .int()
  .min(0)
  .describe(
    'Grows with every change. Of two answers about the same object, the one with the higher revision is newer.',
  )

export const routeState = z.enum(routeStates).describe('The state of a route. `dark`: no backend is ready.')
