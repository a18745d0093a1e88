/**
 * The page of the demo: all that the operator serves, unchanged, and beside it what only a demo has. The
 * operator's own port stays read-only; the buttons ask this server, which scales Deployments as a user would.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { pass } from './proxy.ts'
import type { DemoState } from './state.ts'

export interface PageOptions {
  /** Where the operator serves; without a slash at its end. */
  readonly operator: () => string
  /** What to tell the page that knows all samples up to a number. */
  readonly state: (after: number) => DemoState
  /** Gives a service so many Pods. */
  readonly scale: (service: string, replicas: number) => Promise<void>
}

export interface Page {
  readonly url: string
  close(): Promise<void>
}

/** Where the page is, if nobody else is there: so that an open page finds the next demo. */
const preferredPort = 8084

export async function servePage(options: PageOptions): Promise<Page> {
  const server = createServer((request, response) => {
    handle(request, response, options).catch((error: unknown) =>
      answer(response, 500, { error: String(error) }),
    )
  })
  const port = await listen(server, preferredPort).catch(() => listen(server, 0))
  return { url: `http://127.0.0.1:${port}`, close: () => close(server) }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: PageOptions,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://demo')
  if (!url.pathname.startsWith('/demo/')) return pass(request, response, options.operator())
  const refusal = refusalOf(request)
  if (refusal) answer(response, 403, { error: refusal })
  else if (url.pathname === '/demo/state')
    answer(response, 200, options.state(Number(url.searchParams.get('after')) || 0))
  else if (request.method === 'POST') await scale(url, request, response, options)
  else answer(response, 404, { error: 'not found; use GET /demo/state or POST /demo/services/NAME' })
}

/** Only pages of this server may press its buttons; a foreign name in Host is a page that pretends. */
function refusalOf({ headers }: IncomingMessage): string | undefined {
  const host = headers.host ?? ''
  if (!/^(127\.0\.0\.1|localhost):\d+$/.test(host)) return 'the host name must be localhost or 127.0.0.1'
  const { origin } = headers
  return origin !== undefined && origin !== `http://${host}`
    ? 'requests from pages of other origins are not allowed'
    : undefined
}

const wanted = z.object({ replicas: z.int().min(0).max(10) })

async function scale(
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  options: PageOptions,
): Promise<void> {
  const name = /^\/demo\/services\/([a-z0-9-]+)$/.exec(url.pathname)?.[1]
  const body = wanted.safeParse(await read(request))
  const { services, busy } = options.state(Number.POSITIVE_INFINITY)
  const isKnown = services.some((service) => service.name === name)
  if (name === undefined || !isKnown) return answer(response, 404, { error: 'the demo has no such service' })
  if (busy !== null) return answer(response, 409, { error: `try again later: ${busy}` })
  if (!body.success)
    return answer(response, 400, { error: 'the body must be {"replicas": N}, with N from 0 to 10' })
  await options.scale(name, body.data.replicas)
  answer(response, 200, {})
}

/** The JSON of a small body; `undefined` for anything else. */
async function read(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > 1000) return undefined
  }
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return void response.destroy()
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body))
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
