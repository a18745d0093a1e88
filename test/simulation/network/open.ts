import { err, ok, type Result } from '../../../src/base/result.ts'
import type { KubeError } from '../../../src/kube/errors.ts'
import { startDeadline } from '../../../src/kube/http/deadline.ts'
import type { KubeRequest } from '../../../src/kube/http/transport.ts'
import type { Process } from '../engine/process.ts'
import { broken, refusalOf } from './answer.ts'
import { Stream } from './stream.ts'
import { type Arrival, travel } from './travel.ts'
import type { Wire } from './wire.ts'

type Opened = Result<AsyncIterable<unknown>, KubeError>

/** Opens a watch: resolves with its head; then it yields what comes, and breaks after too long a silence. */
export function open(
  process: Process,
  req: KubeRequest & { readonly inactivityMs?: number | undefined },
  wire: Wire,
): Promise<Opened> {
  const what = `${req.method} ${req.path}`
  const deadline = startDeadline(process.clock, req.timeoutMs ?? 30_000, req.signal)
  const givenUp = () => deadline.explain(what, broken(req))
  if (deadline.signal.aborted) return Promise.resolve(err(givenUp()))
  const sent = wire.witness.sent(process, req)
  const stream = new Stream(sent, wire)
  wire.streams.add(stream)
  stream.onArrival = deadline.renew
  return new Promise((resolve) => {
    let waits = true
    stream.onOver = () => {
      deadline.stop()
      wire.streams.delete(stream)
      wire.witness.left(sent)
      // It was cut before its head had come.
      finish(err(broken(req)), 0)
    }
    const finish = (opened: Opened, status: number) => {
      if (!waits) return
      waits = false
      if (opened.ok) deadline.extend(req.inactivityMs ?? 120_000)
      else stream.leave()
      wire.witness.answered(sent, status, undefined)
      resolve(opened)
    }
    deadline.signal.addEventListener('abort', () => {
      finish(err(givenUp()), 0)
      stream.break(givenUp())
    })
    const back = (arrival: Arrival) => {
      if (arrival.kind === 'lost') return
      const error = errorOf(what, arrival)
      finish(error ? err(error) : ok(stream.read()), statusOf(arrival))
    }
    travel(sent, wire, back, (reply, home) => {
      stream.followsHead(home)
      if (reply.kind === 'watch') reply.start(stream)
    })
  })
}

function errorOf(what: string, arrival: Arrival & { kind: 'broken' | 'reply' }): KubeError | undefined {
  if (arrival.kind === 'broken') return arrival.error
  return arrival.reply.kind === 'answer' ? refusalOf(what, arrival.reply) : undefined
}

function statusOf(arrival: Arrival & { kind: 'broken' | 'reply' }): number {
  if (arrival.kind === 'broken') return 0
  return arrival.reply.kind === 'answer' ? arrival.reply.code : 200
}
