import type { Duplex } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import type { Result } from '../base/result.ts'
import type { ClusterOptions } from '../kube/cluster/cluster.ts'
import type { KubeError } from '../kube/errors.ts'
import type { PodPort } from '../kube/http/port-forward.ts'
import type { Transport } from '../kube/http/transport.ts'

/** Where text goes: standard output or standard error. */
export interface Stream {
  write(text: string): void
  /** A person is reading along: colours and progress make sense. */
  readonly isTerminal: boolean
  /** Width in characters, where it is a terminal. */
  readonly columns: number | undefined
}

/** An API server as a command uses it. */
export interface Cluster {
  readonly transport: Transport
  /** A connection to a port of a Pod; the signal cuts it at any time. */
  readonly forward: (to: PodPort, signal: AbortSignal) => Promise<Result<Duplex, KubeError>>
  /** Its address, for messages. */
  readonly server: string
  /** The namespace that the kubeconfig's context names; `default` where it names none. */
  readonly namespace: string
}

/** All of the world that a command may touch besides files; a test hands in its own. */
export interface Io {
  readonly stdout: Stream
  readonly stderr: Stream
  /** All of standard input, as text. */
  readonly readInput: () => Promise<string>
  /**
   * Asks the person at the terminal one question; `undefined` if there is nobody to ask. Empty: no answer.
   */
  readonly ask: ((question: string) => Promise<string>) | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly interrupted: AbortSignal
  /** Finds the cluster; the error is a sentence for the user. */
  readonly connect: (options: ClusterOptions) => Promise<Result<Cluster, string>>
  /** Shows a URL to the user; the error says why that cannot be. */
  readonly openBrowser: (url: string) => Promise<Result<void, string>>
}
