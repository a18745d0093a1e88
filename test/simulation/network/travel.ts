import type { ApiReply, ApiRequest } from '../../../sandbox/api.ts'
import type { KubeError } from '../../../src/kube/errors.ts'
import { NotLeader } from '../../../src/kube/http/begin-request.ts'
import { broken } from './answer.ts'
import { type Asked, type Loss, type Rejection, take } from './conditions.ts'
import type { Sent } from './sent.ts'
import { delay, trapped, type Wire } from './wire.ts'

/** How a request ended at the server. `lost`: nothing will come back. */
export type Arrival =
  | { readonly kind: 'reply'; readonly reply: ApiReply; readonly afterMs?: number }
  | { readonly kind: 'broken'; readonly error: KubeError }
  | { readonly kind: 'lost' }

/** How long a server that is behind lets a consistent read wait before it answers 504. */
const catchUpMs = 3_000
/** How many of the requests have to wait for a connection. */
const connectionWait = 0.1

/**
 * Carries a request to the server and its outcome back into the process, through whatever is in the way.
 * `served` is called at the server, with the time at which its answer will be home; `back` in the process.
 */
export function travel(
  sent: Sent,
  wire: Wire,
  back: (arrival: Arrival) => void,
  served: (reply: ApiReply, home: number) => void = () => {},
): void {
  const { process, request, resource } = sent
  const asked = { replica: process.replica, method: request.method, resource }
  const chance = wire.chance(`${process.replica} ${request.method} ${request.path}`)
  if (trapped(wire, process, asked, 'unsent')) return
  const depart = () => {
    wire.scheduler.after(delay(wire, process.replica, chance), arriveThere)
    trapped(wire, process, asked, 'sent')
  }
  const arriveThere = () => {
    const arrival = arrive(sent, asked, wire)
    wire.trace.add(
      wire.scheduler.now,
      `${process.name} ${request.method} ${request.path}: ${textOf(arrival)}`,
    )
    const waited = arrival.kind === 'reply' ? (arrival.afterMs ?? 0) : 0
    const home = wire.scheduler.now + waited + delay(wire, process.replica, chance)
    if (arrival.kind === 'reply') served(arrival.reply, home)
    trapped(wire, process, asked, 'applied')
    if (arrival.kind === 'lost') return
    wire.scheduler.at(home, () => {
      if (!wire.conditions.partitioned.has(process.replica)) process.enter(() => back(arrival))
    })
  }
  if (!chance.chance(connectionWait)) {
    depart()
    return
  }
  // It waits for a connection, and is asked for leave once more when it has one.
  wire.scheduler.after(delay(wire, process.replica, chance), () =>
    process.enter(() => {
      if (request.mayStart?.() === false) back({ kind: 'broken', error: notLeader(sent) })
      else depart()
    }),
  )
}

function arrive(sent: Sent, asked: Asked, wire: Wire): Arrival {
  const { conditions } = wire
  if (conditions.partitioned.has(asked.replica)) return { kind: 'lost' }
  if (conditions.away) return { kind: 'broken', error: unreachable }
  const denial = wire.denial?.()
  if (denial === 'unreachable') return { kind: 'broken', error: unreachable }
  if (denial) return { kind: 'reply', reply: refused({ status: 401 }) }
  if (sent.timeline !== wire.server.timeline) return { kind: 'broken', error: broken(sent.request) }
  const before = take(conditions.losses, asked, ({ when }) => when === 'before')
  if (before) return lost(before, sent)
  const refusal = take(conditions.refusals, asked)
  if (refusal) return { kind: 'reply', reply: refused(refusal) }
  if (mustWait(sent, asked, wire))
    return { kind: 'reply', reply: refused({ status: 504, retryAfterSeconds: 1 }), afterMs: catchUpMs }
  const reply = wire.server.handle(sent, apiRequest(sent), asOf(sent, wire))
  const after = take(conditions.losses, asked, ({ when }) => when === 'after')
  return after ? lost(after, sent) : { kind: 'reply', reply }
}

/** A consistent list from a server that is behind. */
function mustWait(
  { request: { query, method } }: Sent,
  { replica, resource }: Asked,
  { conditions }: Wire,
): boolean {
  const behind = conditions.behind.get(replica)
  if (!behind || behind.lies || method !== 'GET' || resource === 'discovery') return false
  return query?.watch === undefined && query?.resourceVersion !== '0'
}

/** The version that a read shows where the server is behind; a write is never behind. */
function asOf({ process, request }: Sent, { conditions }: Wire): number | undefined {
  const behind = conditions.behind.get(process.replica)
  if (!behind || request.method !== 'GET') return undefined
  if (behind.lies) process.wasMisled = true
  return behind.lies || request.query?.resourceVersion === '0' ? behind.version : undefined
}

function apiRequest({ request }: Sent): ApiRequest {
  const { method, path, query, body, contentType } = request
  return {
    method,
    path,
    query: new URLSearchParams(query),
    accept: 'application/json',
    contentType: body === undefined ? '' : (contentType ?? 'application/json'),
    body: body === undefined ? '' : JSON.stringify(body),
  }
}

function refused({ status, retryAfterSeconds }: Pick<Rejection, 'status' | 'retryAfterSeconds'>): ApiReply {
  const details = retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }
  const body = JSON.stringify({ kind: 'Status', code: status, message: 'a fault of this story', ...details })
  const reply = { kind: 'answer', code: status, contentType: 'application/json', body } as const
  return retryAfterSeconds === undefined ? reply : { ...reply, retryAfterSeconds }
}

const lost = ({ how }: Loss, sent: Sent): Arrival =>
  how === 'hang' ? { kind: 'lost' } : { kind: 'broken', error: broken(sent.request) }

const notLeader = ({ request: { method, path } }: Sent) => new NotLeader().error(`${method} ${path}`)

const unreachable: KubeError = { kind: 'unreachable', message: 'cannot reach the API server' }

function textOf(arrival: Arrival): string {
  if (arrival.kind === 'reply') return arrival.reply.kind === 'watch' ? 'watch' : String(arrival.reply.code)
  return arrival.kind === 'lost' ? 'lost' : arrival.error.kind
}
