import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerApi } from './api/router.ts'
import type { ApiSources } from './api/sources.ts'
import { type Asset, sendAsset } from './assets.ts'
import { refusalOf } from './guards.ts'
import { json, text } from './response.ts'
import { type Hub, maxClients } from './stream/hub.ts'

/** What the admin server reads to answer a request; it knows nothing else of the operator. */
export interface AdminSources extends ApiSources {
  /** What has stopped making progress, in words; empty if nothing has. */
  readonly live: () => readonly string[]
  readonly metrics: () => Promise<{ contentType: string; text: string }>
  /** The files of the dashboard by path. */
  readonly assets: ReadonlyMap<string, Asset>
}

/**
 * Answers the kubelet and Prometheus, whatever host name they use.
 *
 * @returns false for a path that is not theirs
 */
export function answerMachines(path: string, response: ServerResponse, sources: AdminSources): boolean {
  if (path === '/live') probe(response, sources.live())
  else if (path === '/ready') probe(response, sources.ready())
  else if (path === '/metrics') void metrics(response, sources)
  else return false
  return true
}

/** Answers requests for the API and the page, unless `Host` or `Origin` is foreign. */
export function answerBrowsers(
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  sources: AdminSources & { readonly hub: Hub },
): void {
  const refusal = refusalOf(request)
  const asset = sources.assets.get(url.pathname)
  if (refusal !== undefined) text(response, 403, refusal)
  else if (url.pathname === '/api/v1/stream') stream(request, response, sources.hub)
  else if (url.pathname.startsWith('/api/')) {
    const { status, body } = answerApi(url, sources)
    json(response, status, body)
  } else if (asset) sendAsset(request, response, asset)
  else text(response, 404, 'not found; the paths are /live, /ready, /metrics and /api/v1/')
}

function probe(response: ServerResponse, problems: readonly string[]): void {
  if (problems.length === 0) text(response, 200, 'ok')
  else text(response, 503, problems.join('\n'))
}

async function metrics(response: ServerResponse, sources: AdminSources): Promise<void> {
  try {
    const { contentType, text } = await sources.metrics()
    response.writeHead(200, { 'content-type': contentType }).end(text)
  } catch (error) {
    text(response, 500, `could not collect the metrics: ${String(error)}`)
  }
}

function stream(request: IncomingMessage, response: ServerResponse, hub: Hub): void {
  if (hub.size >= maxClients) {
    response.setHeader('retry-after', '10')
    text(response, 503, `${maxClients} readers already follow the stream; try again in 10 s`)
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const last = request.headers['last-event-id']
  if (request.method === 'HEAD') response.end()
  else hub.join(response, typeof last === 'string' ? last : undefined)
}
