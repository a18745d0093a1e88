import type { ServerResponse } from 'node:http'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http'
import { type Duplex, pipeline } from 'node:stream'
import { refusalOf } from '../../admin/guards.ts'
import type { Clock } from '../../base/clock.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { ask } from '../forwarding.ts'

/** A new connection to the operator, or a sentence that says why there is none. */
export type Connect = () => Promise<Result<Duplex, string>>

/** A web server on this machine that forwards requests to the operator. */
export interface Relay {
  readonly port: number
  /** Ends all open responses, so that pages connect again. */
  cut(): void
  close(): Promise<void>
}

/**
 * Headers that are passed on to the operator. Never cookies: a browser sends those of all ports of this
 * host.
 */
const passedOn = [
  'host',
  'origin',
  'sec-fetch-site',
  'accept',
  'accept-encoding',
  'if-none-match',
  'last-event-id',
] as const
/** Headers that apply to a single connection, so they are not passed on to another. */
const ownOfConnection = new Set(['connection', 'keep-alive', 'transfer-encoding'])

/**
 * Begins to serve. Only GET and HEAD are handed on, each over a connection of its own; a request under a
 * foreign name or from a page of another site is refused here, by the operator's own rule.
 *
 * @returns why it cannot listen, with the system's code for it
 */
export function startRelay(
  { host, port }: { host: string; port: number },
  connect: Connect,
  clock: Clock,
): Promise<Result<Relay, { readonly code: string; readonly message: string }>> {
  const open = new Set<Duplex>()
  const server = createServer(
    (incoming, response) => void relay(incoming, response, { connect, open, clock }),
  )
  const cut = () => {
    for (const connection of open) connection.destroy()
  }
  return new Promise((resolve) => {
    server.once('error', (problem) => {
      const code = 'code' in problem ? String(problem.code) : ''
      resolve(err({ code, message: problem.message }))
    })
    server.listen(port, host, () => {
      const address = server.address()
      const bound = typeof address === 'object' && address ? address.port : port
      resolve(ok({ port: bound, cut, close: () => close(server, cut) }))
    })
  })
}

interface Ways {
  readonly connect: Connect
  /** Connections that are in use. */
  readonly open: Set<Duplex>
  readonly clock: Clock
}

async function relay(incoming: IncomingMessage, response: ServerResponse, { connect, open, clock }: Ways) {
  const { method = '', headers, url = '/' } = incoming
  const refusal = refusalOf(incoming)
  if (method !== 'GET' && method !== 'HEAD') return say(response, 405, 'only GET and HEAD are allowed')
  if (refusal !== undefined) return say(response, 403, refusal)
  const connection = await connect()
  if (!connection.ok) return say(response, 502, connection.error)
  const duplex = connection.value
  if (response.destroyed) return void duplex.destroy()
  open.add(duplex)
  duplex.once('close', () => open.delete(duplex))
  // Close the connection when the reader leaves. `ask` and the pipeline report a broken connection.
  response.once('close', () => duplex.destroy())
  const answer = await ask(duplex, { method, path: url, headers: selected(headers) }, clock)
  if (!answer.ok) return say(response, 502, `the operator did not answer: ${answer.error}`)
  const told = Object.entries(answer.value.headers).filter(([name]) => !ownOfConnection.has(name))
  response.writeHead(answer.value.statusCode ?? 502, Object.fromEntries(told))
  response.flushHeaders()
  pipeline(answer.value, response, () => duplex.destroy())
}

function selected(headers: IncomingHttpHeaders): Record<string, string> {
  const chosen: Record<string, string> = {}
  for (const name of passedOn) {
    const value = headers[name]
    if (typeof value === 'string') chosen[name] = value
  }
  return chosen
}

function say(response: ServerResponse, status: number, line: string): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
  response.end(`${line}\n`)
}

function close(server: Server, cut: () => void): Promise<void> {
  cut()
  server.closeAllConnections()
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}
