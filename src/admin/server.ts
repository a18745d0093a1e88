import { createServer, type ServerResponse } from 'node:http'
import { err, ok, type Result } from '../result.ts'

/** What the admin server asks when it is asked; it knows nothing of the operator beyond this. */
export interface AdminSources {
  /** What stands still or is missing, in words; empty when all is well. */
  readonly live: () => readonly string[]
  readonly ready: () => readonly string[]
  readonly metrics: () => Promise<{ contentType: string; text: string }>
}

export interface AdminServer {
  readonly host: string
  readonly port: number
  close(): Promise<void>
}

/**
 * Serves probes and metrics, read-only. `/live` and `/ready` answer 200 `ok`, or 503 with a line for each
 * thing that is wrong; `/metrics` speaks the Prometheus text format.
 *
 * @returns the address it listens on, or why it cannot
 */
export function startAdminServer(
  { host, port }: { host: string; port: number },
  sources: AdminSources,
): Promise<Result<AdminServer, string>> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://admin').pathname
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(response, 405, 'only GET is served')
    if (path === '/live') return probe(response, sources.live())
    if (path === '/ready') return probe(response, sources.ready())
    if (path === '/metrics') return void metrics(response, sources)
    answer(response, 404, 'not found; there are /live, /ready and /metrics')
  })
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(err(`cannot listen on ${host}:${port}: ${error.message}`)))
    server.listen(port, host, () => {
      const address = server.address()
      const bound = typeof address === 'object' && address ? address : { address: host, port }
      resolve(ok({ host: bound.address, port: bound.port, close: () => close(server) }))
    })
  })
}

function probe(response: ServerResponse, problems: readonly string[]): void {
  if (problems.length === 0) answer(response, 200, 'ok')
  else answer(response, 503, problems.join('\n'))
}

async function metrics(response: ServerResponse, sources: AdminSources): Promise<void> {
  try {
    const { contentType, text } = await sources.metrics()
    response.writeHead(200, { 'content-type': contentType }).end(text)
  } catch (error) {
    answer(response, 500, `metrics cannot be read: ${String(error)}`)
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}

function close(server: ReturnType<typeof createServer>): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}
