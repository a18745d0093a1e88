import { type Agent, type ClientRequest, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import { hostPort } from '../../base/host-port.ts'
import type { Headers } from '../cluster/cluster.ts'
import type { KubeError } from '../errors.ts'

/** Thrown inside the HTTP client to cancel a request before any of it was sent. */
export class NotLeader extends Error {
  error(what: string): KubeError {
    return { kind: 'notLeader', message: `${what}: not sent: this replica does not hold the lease` }
  }
}

/** One HTTP request, and where it goes. */
export interface Sendable {
  readonly agent: Agent
  readonly protocol: 'http:' | 'https:'
  readonly hostname: string
  readonly port: string
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: string | undefined
}

/** How long a connection may take to open (ms). */
const connectMs = 5_000
/** TCP keep-alive finds half-open connections after so long (ms). */
const probeAfterMs = 15_000

/**
 * Begins a request. `start` is called when its connection is open and its first byte is about to be written:
 * by then it may have waited seconds for the connection, and the process itself may have been suspended. If
 * `start` throws, nothing is sent, and that is the error of the request.
 */
export function beginRequest(sendable: Sendable, clock: Clock, start: () => void): ClientRequest {
  const send = sendable.protocol === 'https:' ? httpsRequest : httpRequest
  const { agent, protocol, hostname, port, method, path, body } = sendable
  const request = send({ agent, protocol, hostname, port, method, path, headers: headerLines(sendable) })
  const goOn = () => {
    try {
      start()
      request.end(body)
    } catch (problem) {
      request.destroy(problem instanceof Error ? problem : new Error(String(problem)))
    }
  }
  request.once('socket', (socket) => {
    if (request.reusedSocket) goOn()
    else whenOpen(socket, protocol, clock, request, goOn)
  })
  return request
}

function whenOpen(
  socket: Socket,
  protocol: Sendable['protocol'],
  clock: Clock,
  request: ClientRequest,
  then: () => void,
): void {
  socket.setNoDelay(true).setKeepAlive(true, probeAfterMs)
  if (protocol === 'http:' && !socket.connecting) {
    then()
    return
  }
  const limit = clock.after(connectMs, () =>
    request.destroy(new Error(`the connection was not open after ${connectMs / 1000} s`)),
  )
  request.once('close', () => limit.cancel())
  socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => {
    limit.cancel()
    then()
  })
}

/** Names and values in turn: Node.js writes such a list as it is, and makes a map of anything else first. */
function headerLines({ hostname, port, headers, body }: Sendable): string[] {
  const lines = ['host', port === '' ? hostname : hostPort(hostname, port)]
  if (body !== undefined) lines.push('content-length', String(Buffer.byteLength(body)))
  for (const [name, value] of Object.entries(headers))
    for (const one of Array.isArray(value) ? value : [value]) lines.push(name, one)
  return lines
}
