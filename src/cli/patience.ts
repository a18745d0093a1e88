import { sleep } from '../base/clock.ts'
import { waitAskedBy } from '../kube/errors.ts'
import type { Transport } from '../kube/http/transport.ts'
import type { Io } from './io.ts'

/** How often a request is sent in all; as often as kubectl sends it. */
const attempts = 11
/** A note on standard error, at most so often (ms). */
const noteEveryMs = 1_000

/**
 * A transport that waits and asks again when the API server says so: 429 or 5xx with Retry-After, for any
 * method. Watches are left to their reflector, which does the same. Source: `checkWait` of client-go's
 * `rest/request.go`.
 */
export function waitingTransport(
  transport: Transport,
  { clock, interrupted, stderr }: Pick<Io, 'clock' | 'interrupted' | 'stderr'>,
): Transport {
  let notedAt = Number.NEGATIVE_INFINITY
  const note = (waitMs: number) => {
    if (clock.now() - notedAt < noteEveryMs) return
    notedAt = clock.now()
    stderr.write(`the API server is busy; asking it again in ${Math.ceil(waitMs / 1000)} s\n`)
  }
  return {
    ...transport,
    request: async (req) => {
      for (let attempt = 1; ; attempt += 1) {
        const answer = await transport.request(req)
        const waitMs = answer.ok ? undefined : waitAskedBy(answer.error)
        const isOver = attempt === attempts || interrupted.aborted || req.signal?.aborted === true
        if (waitMs === undefined || isOver) return answer
        note(waitMs)
        await sleep(clock, waitMs, req.signal ?? interrupted)
      }
    },
  }
}
