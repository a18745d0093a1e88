import type { Dispatcher } from 'undici'
import type { KubeError } from '../errors.ts'

/** Thrown inside the HTTP client to call a request off before anything of it was sent. */
export class NotLeader extends Error {
  error(what: string): KubeError {
    return { kind: 'notLeader', message: `${what}: not sent: this replica does not hold the lease` }
  }
}

/**
 * A dispatcher that calls `start` when a connection is open and the request is about to be written to it; what that
 * throws calls the request off. It may have waited for the connection for seconds, and the process itself may have
 * stood still.
 */
export function beforeSend(dispatcher: Dispatcher, start: () => void): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => {
    const goOn = handler.onRequestStart
    handler.onRequestStart = (controller, context) => {
      start()
      goOn?.call(handler, controller, context)
    }
    return dispatch(options, handler)
  })
}
