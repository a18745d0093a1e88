import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { freePort } from '../control-plane/process.ts'

/** The probe port of a cluster's gateway. */
export class FakeGateway {
  readonly port: number
  #server: Server | undefined

  private constructor(port: number) {
    this.port = port
  }

  static async start(): Promise<FakeGateway> {
    const gateway = new FakeGateway(await freePort())
    await gateway.set(true)
    return gateway
  }

  /** Whether it answers; if not, it refuses connections. */
  async set(isAlive: boolean): Promise<void> {
    if (isAlive === (this.#server !== undefined)) return
    const server = this.#server ?? createServer((_, answer) => void answer.end('ok'))
    this.#server = isAlive ? server : undefined
    if (isAlive) {
      await once(server.listen(this.port, '127.0.0.1'), 'listening')
      return
    }
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
}
