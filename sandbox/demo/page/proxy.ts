import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { text as readText } from 'node:stream/consumers'

/** What the demo's page finds in its head, and every other page does not. */
const mark = '<meta name="linkerd-failover-demo" />'

/**
 * Hands a request on to the operator and its answer back, streams too. The page itself gets the demo's mark.
 */
export function pass(request: IncomingMessage, response: ServerResponse, operator: string): void {
  const { url = '/', method, headers } = request
  const isPage = new URL(url, 'http://demo').pathname === '/'
  // Neither a compressed nor an unchanged answer can be marked.
  const { 'accept-encoding': _, 'if-none-match': known, ...passed } = headers
  const sent = isPage || known === undefined ? passed : { ...passed, 'if-none-match': known }
  const upstream = ask(`${operator}${url}`, { method, headers: sent }, (answer) => {
    if (isPage) void markPage(answer, response)
    else {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      pipeline(answer, response, () => {})
    }
  })
  upstream.once('error', (error) => {
    if (response.headersSent) response.destroy()
    else
      response
        .writeHead(502, { 'content-type': 'text/plain' })
        .end(`the operator did not answer: ${error.message}\n`)
  })
  response.once('close', () => upstream.destroy())
  upstream.end()
}

async function markPage(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await readText(answer).catch(() => undefined)
  if (text === undefined) return void response.destroy()
  const { 'content-length': _, etag: __, ...headers } = answer.headers
  response.writeHead(answer.statusCode ?? 502, headers).end(text.replace('</head>', `${mark}</head>`))
}
