import type { Dispatcher } from 'undici'
import type { KubeError } from './errors.ts'

/** Thrown inside the HTTP client to call a request off before anything of it was sent. */
export class NotLeader extends Error {
  error(what: string): KubeError {
    return { kind: 'notLeader', message: `${what}: not sent: this replica does not hold the lease` }
  }
}

/**
 * A dispatcher that asks `mayStart` when a connection is open and the request is about to be written to it. A
 * request may have waited for that connection for seconds, and the process itself may have stood still.
 */
export function holdBack(dispatcher: Dispatcher, mayStart: (() => boolean) | undefined): Dispatcher {
  if (!mayStart) return dispatcher
  return dispatcher.compose((dispatch) => (options, handler) => {
    const start = handler.onRequestStart
    handler.onRequestStart = (controller, context) => {
      if (!mayStart()) throw new NotLeader()
      start?.call(handler, controller, context)
    }
    return dispatch(options, handler)
  })
}
