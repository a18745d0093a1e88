import { systemClock } from '../../base/clock.ts'
import { err, ok } from '../../base/result.ts'
import { impersonation } from '../../kube/cluster/cluster.ts'
import { createTransport, type Transport } from '../../kube/http/transport.ts'
import type { Cluster, Io } from '../io.ts'
import { runCli } from '../run.ts'

export interface RunOptions {
  /** The address of the API server; without it there is no cluster to connect to. */
  readonly server?: string
  readonly env?: Record<string, string>
  /** Standard output and error are a terminal of this width. */
  readonly columns?: number
  readonly signal?: AbortSignal
  /** The namespace of the kubeconfig's context. */
  readonly namespace?: string
  /** Takes the place of the connection. */
  readonly connect?: Io['connect']
  /** Stands between the command and the server. */
  readonly wrap?: (transport: Transport, as: string | undefined) => Transport
  readonly clock?: Io['clock']
  /** What standard input holds; empty without it. */
  readonly input?: string
  /** Stands for the person at the terminal; without it there is nobody to ask. */
  readonly ask?: Io['ask']
  /** Opens connections to Pods; without it there is no way to them. */
  readonly forward?: Cluster['forward']
  /** Stands for the browser; without it there is none. */
  readonly openBrowser?: Io['openBrowser']
  /** Called with each piece of text for standard output. */
  readonly onOutput?: (text: string) => void
  /** The same of standard error. */
  readonly onError?: (text: string) => void
}

export interface Ran {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command line in this process; `linkerd-failover` itself is left out: `run('status -o json')`. */
export async function run(line: string | readonly string[], options: RunOptions = {}): Promise<Ran> {
  const text = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') => ({
    write: (piece: string) => {
      text[name] += piece
      if (name === 'stdout') options.onOutput?.(piece)
      else options.onError?.(piece)
    },
    isTerminal: options.columns !== undefined,
    columns: options.columns,
  })
  const { server, namespace = 'default', wrap = (transport: Transport) => transport } = options
  const { forward = async () => err({ kind: 'unreachable', message: 'no way to Pods' } as const) } = options
  const io: Io = {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    readInput: async () => options.input ?? '',
    ask: options.ask,
    env: options.env ?? {},
    clock: options.clock ?? systemClock,
    random: Math.random,
    interrupted: options.signal ?? new AbortController().signal,
    openBrowser: options.openBrowser ?? (async () => err('there is no browser')),
    connect:
      options.connect ??
      (async ({ as, asGroups }) => {
        if (server === undefined) return err('no cluster to talk to')
        const headers = impersonation({ as, asGroups })
        const credentials = () => ({ headers })
        const transport = createTransport({ server, credentials, source: 'test' }, systemClock)
        return ok({ transport: wrap(transport, as), forward, server, namespace })
      }),
  }
  const words = typeof line === 'string' ? line.split(' ').filter((word) => word !== '') : line
  const exitCode = await runCli(words, io)
  return { exitCode, ...text }
}
