import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { hostPort } from '../base/host-port.ts'
import { err, ok, type Result } from '../base/result.ts'
import { securityHeaders } from './guards.ts'
import { text } from './response.ts'
import { type AdminSources, answerBrowsers, answerMachines } from './routing.ts'
import { Hub } from './stream/hub.ts'

export type { AdminSources } from './routing.ts'

export interface AdminServer {
  readonly host: string
  readonly port: number
  close(): Promise<void>
}

/**
 * Serves probes, metrics, the JSON API, the live stream and the dashboard, read-only. `/live` and `/ready`
 * answer 200 `ok`, or 503 with a line for each thing that is wrong; `/metrics` speaks the Prometheus text
 * format. Without a host it listens on all addresses: of both families (`::`), or where the machine has no
 * IPv6, on those of IPv4.
 *
 * @returns the address it listens on, or why it cannot
 */
export function startAdminServer(
  { host, port }: { readonly host: string | undefined; readonly port: number },
  sources: AdminSources,
): Promise<Result<AdminServer, string>> {
  const hub = new Hub(sources)
  const server = createServer((request, response) => handle(request, response, sources, hub))
  return new Promise((resolve) => {
    server.once('error', (error) =>
      resolve(err(`cannot listen on ${hostPort(host ?? '', port)}: ${error.message}`)),
    )
    server.listen({ host, port }, () => {
      const address = server.address()
      const bound = typeof address === 'object' && address ? address : { address: host ?? '', port }
      resolve(ok({ host: bound.address, port: bound.port, close: () => close(server) }))
    })
  })
}

function handle(request: IncomingMessage, response: ServerResponse, sources: AdminSources, hub: Hub): void {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
  const url = URL.parse(request.url ?? '/', 'http://admin')
  if (!url) text(response, 400, 'the path is not valid')
  else if (request.method !== 'GET' && request.method !== 'HEAD')
    text(response, 405, 'only GET and HEAD are allowed')
  else if (!answerMachines(url.pathname, response, sources)) {
    answerBrowsers(url, request, response, { ...sources, hub })
  }
}

function close(server: ReturnType<typeof createServer>): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}
