import { createServer, type Server, type Socket } from 'node:net'

/** What a gateway does with a probe. */
export type Behaviour =
  | 'answers'
  /** Its port is closed, and so are its connections. */
  | 'refuses'
  /** It accepts connections, and reads nothing from them any more: as a relay whose other side is gone. */
  | 'stops reading'
  /** It reads, and never answers. */
  | 'hangs'
  /** It begins its answer, and does not end it. */
  | 'breaks off'
  | 'answers 503'

const answers = {
  answers: 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nready\n',
  'answers 503': 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n',
  'breaks off': 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nre',
} as const satisfies Partial<Record<Behaviour, string>>

/** The probe port of a gateway, on an address of the loopback interface. */
export class FakeGateway {
  readonly address: string
  readonly port: number
  /** Questions so far. */
  asked = 0
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #does: Behaviour = 'refuses'

  constructor(address: string, port: number) {
    this.address = address
    this.port = port
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#sockets.size
  }

  /** From now on it does this; resolves once its port is as it must be. */
  async become(does: Behaviour): Promise<void> {
    this.#does = does
    if (does === 'refuses') return this.#close()
    for (const socket of this.#sockets) this.#ready(socket)
    if (!this.#server) await this.#listen()
  }

  #listen(): Promise<void> {
    const server = createServer((socket) => this.#take(socket))
    this.#server = server
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.port, this.address, resolve)
    })
  }

  #close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((resolve) => (server ? server.close(() => resolve()) : resolve()))
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    socket.on('data', () => {
      this.asked += 1
      const text = this.#does in answers ? answers[this.#does as keyof typeof answers] : undefined
      if (text) socket.write(text)
    })
    this.#ready(socket)
  }

  #ready(socket: Socket): void {
    if (this.#does === 'stops reading') socket.pause()
    else socket.resume()
  }
}
