import { Resolver } from 'node:dns/promises'
import { connect, type Socket } from 'node:net'
import { hostPort } from '../../base/host-port.ts'
import { programName } from '../../base/names.ts'
import type { Answer, Line, Place, ProbeNetwork } from './network.ts'

/** Of one answer; what is longer is no answer of a proxy's `/ready` (characters). */
const mostRead = 8_192

/** All connections read into it: each takes what it has read at once. */
const buffer = Buffer.alloc(mostRead)

/** DNS servers are asked twice, for so long each (ms). */
const dns = { timeout: 1_000, tries: 2 }

/**
 * Probes over HTTP/1.1, without a library for it: a probe is one short line and its answer on a connection
 * that stays open, some twenty microseconds of work instead of a hundred. Names are resolved without a thread
 * of libuv's pool, where questions that hang would hold up the reading of files.
 */
export const probeNetwork: ProbeNetwork = {
  open: (place) => new HttpLine(place),
  resolve: async (name) => {
    const resolver = new Resolver(dns)
    const both = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    const found = both.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
    if (found.length === 0) throw new Error(`${name} has no address`)
    return found
  },
}

class HttpLine implements Line {
  readonly #place: Place
  readonly #question: string
  #socket: Socket | undefined
  /** The connection has answered before, so it may be closed at the other end by now. */
  #isUsed = false
  #read = ''
  #finish: ((answer: Answer | 'dropped') => void) | undefined

  constructor(place: Place) {
    const { address, port, path } = place
    this.#place = place
    this.#question = `GET ${path} HTTP/1.1\r\nHost: ${hostPort(address, port)}\r\nUser-Agent: ${programName}\r\n\r\n`
  }

  ask(): Promise<Answer | 'dropped'> {
    return new Promise((resolve) => {
      this.#finish = resolve
      // Bytes that nobody asked for: the rest of a longer answer. What follows cannot be distinguished from
      // it.
      if (this.#read !== '') this.#hangUp()
      this.#send()
    })
  }

  drop(): void {
    this.#hangUp()
    this.#end('dropped')
  }

  #send(): void {
    this.#socket ??= this.#connect()
    this.#socket.write(this.#question, 'latin1')
  }

  #connect(): Socket {
    const { address: host, port } = this.#place
    const socket = connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer,
        callback: (bytes) => {
          this.#onData(buffer.toString('latin1', 0, bytes))
          return true
        },
      },
    })
    socket.on('error', (error: Error & { code?: string }) =>
      this.#onLost(socket, words[error.code ?? ''] ?? error.message),
    )
    socket.on('close', () => this.#onLost(socket, 'the connection was closed'))
    this.#isUsed = false
    return socket
  }

  #onData(text: string): void {
    this.#read += text
    const answer = readAnswer(this.#read)
    if (answer === 'incomplete' && this.#read.length <= mostRead) return
    const isKept = answer !== 'incomplete' && answer.isKept && this.#finish !== undefined
    if (!isKept) this.#hangUp()
    this.#read = ''
    this.#isUsed = true
    this.#end(answer === 'incomplete' ? { trouble: 'it answers without an end' } : answerOf(answer.status))
  }

  /** A connection that was kept may be lost between two questions: that says nothing of who is behind it. */
  #onLost(socket: Socket, trouble: string): void {
    if (socket !== this.#socket) return
    const wasIdle = this.#isUsed && this.#read === ''
    this.#hangUp()
    if (!this.#finish) return
    if (wasIdle) this.#send()
    else this.#end({ trouble })
  }

  #hangUp(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#read = ''
    socket?.destroy()
  }

  #end(answer: Answer | 'dropped'): void {
    const finish = this.#finish
    this.#finish = undefined
    finish?.(answer)
  }
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to it',
  ETIMEDOUT: 'no answer',
}

/** The service mirror takes nothing but 200 either (read in its probe). */
const answerOf = (status: number): Answer =>
  status === 200 ? 'answers' : { trouble: `it answers ${status}` }

interface Read {
  readonly status: number
  /** Another question can follow on the connection. */
  readonly isKept: boolean
}

/** Reads a whole answer. One whose end cannot be known from its length is taken by its head. */
function readAnswer(text: string): Read | 'incomplete' {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return 'incomplete'
  const head = text.slice(0, end)
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(head)?.[1] ?? 0)
  const length = /\r\ncontent-length: *(\d{1,7})\s*(?:\r\n|$)/i.exec(head)?.[1]
  if (length === undefined) return { status, isKept: false }
  const rest = text.length - end - 4 - Number(length)
  if (rest < 0) return 'incomplete'
  return { status, isKept: rest === 0 && !/\r\nconnection: *close/i.test(head) }
}
