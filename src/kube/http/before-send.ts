import type { Dispatcher } from 'undici'
import type { KubeError } from '../errors.ts'

/** Thrown inside the HTTP client to cancel a request before any of it was sent. */
export class NotLeader extends Error {
  error(what: string): KubeError {
    return { kind: 'notLeader', message: `${what}: not sent: this replica does not hold the lease` }
  }
}

/**
 * A dispatcher that calls `start` when a connection is open and the request is about to be written to it. If
 * `start` throws, the request is cancelled. By then it may have waited seconds for the connection, and the
 * process itself may have been suspended.
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
