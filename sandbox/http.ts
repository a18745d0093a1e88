import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Clock, sleep } from '../src/base/clock.ts'
import type { Api, ApiReply, ApiRequest } from './api.ts'
import type { Faults } from './faults.ts'
import { objectFromProtobuf, protobufType } from './protobuf.ts'
import type { WatchSink } from './watches.ts'

/** Serves an API over HTTP. */
export function serveHttp(api: Api, faults: Faults, clock: Clock): Server {
  const server = createServer((request, response) => {
    bodyOf(request)
      .then(async (body) => {
        if (faults.delayMs > 0) await sleep(clock, faults.delayMs)
        send(api.handle(apiRequest(request, body)), response, faults)
      })
      .catch(() => response.destroy())
  })
  server.on('connection', (socket) => {
    if (faults.refusing) return void socket.destroy()
    socket.setNoDelay(true)
    faults.sockets.add(socket)
    socket.on('close', () => faults.sockets.delete(socket))
  })
  return server
}

function apiRequest({ method = 'GET', url = '/', headers }: IncomingMessage, bytes: Buffer): ApiRequest {
  const { pathname: path, searchParams: query } = new URL(url, 'http://sandbox')
  const contentType = (headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
  const request = { method, path, query, accept: headers.accept ?? '*/*' }
  const object = contentType === protobufType ? objectFromProtobuf(bytes) : undefined
  if (object) return { ...request, contentType: 'application/json', body: JSON.stringify(object) }
  return { ...request, contentType, body: bytes.toString() }
}

const jsonHeaders = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' }

function send(reply: ApiReply, response: ServerResponse, faults: Faults): void {
  if (reply.kind === 'watch') {
    const { socket } = response
    if (!socket) return
    faults.watchSockets.add(socket)
    response.on('close', () => faults.watchSockets.delete(socket))
    response.writeHead(200, jsonHeaders)
    response.flushHeaders()
    reply.start(sinkOf(response))
    return
  }
  const { code, contentType, body, retryAfterSeconds } = reply
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds)
  const length = Buffer.byteLength(body)
  response
    .writeHead(code, { ...jsonHeaders, 'content-type': contentType, 'content-length': length })
    .end(body)
}

const sinkOf = (response: ServerResponse): WatchSink => ({
  get ended() {
    return response.writableEnded
  },
  write: (text) => response.write(text),
  drained: () =>
    new Promise((resolve) => {
      const done = () => {
        response.off('drain', done).off('close', done)
        resolve()
      }
      response.on('drain', done).on('close', done)
    }),
  end: () => void response.end(),
  onClose: (callback) => void response.on('close', callback),
})

/** The whole body. */
async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  return Buffer.concat(chunks)
}
