import type { ServerResponse } from 'node:http'

/** Ends a response with one line or more of text. */
export function text(response: ServerResponse, status: number, lines: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${lines}\n`)
}

/** Ends a response with JSON that must not be cached: it is the present state. */
export function json(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(value))
}
