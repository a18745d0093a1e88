import type { Phase } from '../model/title.ts'

/**
 * The state of this page's connection. Only data of a `live` connection may be shown as the present state.
 */
export interface Connection {
  readonly phase: Phase
  /** When the server was last heard (page's clock, ms); what is shown is from then. */
  readonly heardAt: number | undefined
  /** Why it was lost, for people. */
  readonly why: string | undefined
  /** When the next attempt begins; absent while one is under way. */
  readonly retryAt: number | undefined
  /** Attempts that failed in a row. */
  readonly failures: number
}

export type ConnectionEvent =
  | { readonly kind: 'trying' }
  | { readonly kind: 'heard'; readonly at: number }
  /** All that is shown is what the server said last. */
  | { readonly kind: 'current' }
  | { readonly kind: 'asleep' }
  | { readonly kind: 'failed'; readonly why: string; readonly retryAt: number }

export const atFirst: Connection = {
  phase: 'connecting',
  heardAt: undefined,
  why: undefined,
  retryAt: undefined,
  failures: 0,
}

/** The server sends its status every 5 s; one that was silent for so long is not there any more (ms). */
export const silenceMs = 12_000

/** A tab hidden for so long closes its connection, since a browser allows only six per server (ms). */
export const sleepAfterMs = 15_000

/** The connection after something happened to it. */
export function next(connection: Connection, event: ConnectionEvent): Connection {
  switch (event.kind) {
    case 'trying':
      return { ...connection, retryAt: undefined }
    case 'heard':
      return { ...connection, heardAt: event.at }
    case 'current':
      return { ...connection, phase: 'live', why: undefined, retryAt: undefined, failures: 0 }
    case 'asleep':
      return { ...connection, phase: 'asleep', why: undefined, retryAt: undefined, failures: 0 }
    case 'failed': {
      const { why, retryAt } = event
      return { ...connection, phase: 'lost', why, retryAt, failures: connection.failures + 1 }
    }
  }
}

const firstDelayMs = 250
const longestDelayMs = 5000

/**
 * How long to wait after so many failures in a row; `random` is from 0 to 1, so that pages come back one by
 * one.
 */
export const delayAfter = (failures: number, random: number): number =>
  Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 10)) * (0.75 + random / 2)
