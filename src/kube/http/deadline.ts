import type { Clock, Timer } from '../../base/clock.ts'
import type { KubeError } from '../errors.ts'

/** A time limit together with the caller's own signal. Aborts `signal` when either of them says so. */
export interface Deadline {
  readonly signal: AbortSignal
  /** From now on the limit is `ms`, counted from each renewal. */
  extend(ms: number): void
  renew(): void
  /** As if the caller's signal said so. */
  cancel(): void
  /** Ends the limit, and stops listening to the caller's signal. */
  stop(): void
  /** The error to show: `error`, unless the deadline or the caller caused it. */
  explain(what: string, error: KubeError): KubeError
}

/** Starts to count `ms` milliseconds on `clock`. */
export function startDeadline(clock: Clock, ms: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController()
  let limit = ms
  let cause: string | undefined
  const start = () => clock.after(limit, () => abort(`no data received for ${limit / 1000} s`))
  let timer: Timer = start()
  const abort = (why: string) => {
    cause = why
    timer.cancel()
    controller.abort()
  }
  const cancel = () => abort('cancelled before it was answered')
  if (caller?.aborted) cancel()
  caller?.addEventListener('abort', cancel, { once: true })
  const renew = () => {
    timer.cancel()
    if (!controller.signal.aborted) timer = start()
  }
  return {
    signal: controller.signal,
    renew,
    cancel,
    extend(next) {
      limit = next
      renew()
    },
    stop() {
      timer.cancel()
      caller?.removeEventListener('abort', cancel)
    },
    explain: (what, error) =>
      cause === undefined ? error : { kind: 'timeout', message: `${what}: ${cause}` },
  }
}
