import { err, ok, type Result } from '../../../src/base/result.ts'
import type { KubeError } from '../../../src/kube/errors.ts'
import { startDeadline } from '../../../src/kube/http/deadline.ts'
import type { KubeRequest } from '../../../src/kube/http/transport.ts'
import type { Process } from '../engine/process.ts'
import { broken, parse, refusalOf } from './answer.ts'
import { resourceOf } from './sent.ts'
import { type Arrival, travel } from './travel.ts'
import { trapped, type Wire } from './wire.ts'

type Answered = Result<unknown, KubeError>

/** Sends one request and waits for its answer, as long as the caller does. */
export function ask(process: Process, req: KubeRequest, wire: Wire): Promise<Answered> {
  const what = `${req.method} ${req.path}`
  const deadline = startDeadline(process.clock, req.timeoutMs ?? 30_000, req.signal)
  const givenUp = () => err(deadline.explain(what, broken(req)))
  if (deadline.signal.aborted) return Promise.resolve(givenUp())
  const sent = wire.witness.sent(process, req)
  const asked = { replica: process.replica, method: req.method, resource: sent.resource }
  return new Promise((resolve) => {
    let waits = true
    const finish = (result: Answered, status = 0, retryAfterSeconds?: number) => {
      if (!waits) return
      waits = false
      deadline.stop()
      if (result.ok) tellList(sent.resource, result.value)
      wire.witness.answered(sent, status, retryAfterSeconds)
      if (!trapped(wire, process, asked, 'answered')) resolve(result)
    }
    const tellList = (resource: string, value: unknown) => {
      const version =
        req.method === 'GET' && !isDoubt(req) && !isOfSome(req) ? completeListVersion(value) : undefined
      if (version !== undefined) wire.witness.listed(process, resource, sent.timeline.markOf(version))
    }
    const back = (arrival: Arrival) => {
      if (arrival.kind === 'broken') finish(err(arrival.error))
      if (arrival.kind !== 'reply' || arrival.reply.kind !== 'answer') return
      const error = refusalOf(what, arrival.reply)
      const { code, body, retryAfterSeconds } = arrival.reply
      finish(error ? err(error) : ok(parse(body)), code, retryAfterSeconds)
    }
    deadline.signal.addEventListener('abort', () => finish(givenUp()))
    travel(sent, wire, back)
  })
}

/** Asks for the version of a collection alone: whatever object comes along is not read. */
export const isDoubt = ({ query }: KubeRequest): boolean => query?.limit === '1'

/**
 * Reads objects of one namespace, once, to compare them: no cache takes them in, and it says nothing of the others. Of
 * Secrets there is only a watch, which is of one namespace too, and sometimes reads its list page by page.
 */
const isOfSome = ({ path }: KubeRequest): boolean =>
  path.includes('/namespaces/') && resourceOf({ path }) !== 'secrets'

/** The version of a list that has no further page; undefined for anything else. */
function completeListVersion(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('items' in value && 'metadata' in value))
    return undefined
  const { metadata } = value
  if (typeof metadata !== 'object' || metadata === null || !('resourceVersion' in metadata)) return undefined
  return 'continue' in metadata && metadata.continue ? undefined : Number(metadata.resourceVersion)
}
