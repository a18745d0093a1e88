import { createServer, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A receiver of notifications, on loopback, that takes whatever comes; a mute one never answers. */
export interface Receiver {
  readonly url: string
  readonly received: readonly Received[]
  close(): void
}

export async function startReceiver(kind: 'answering' | 'mute' = 'answering'): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const { url: path = '', headers } = request
    received.push({ path, headers, body: await text(request) })
    if (kind === 'answering') response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the receiver has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
