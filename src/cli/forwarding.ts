import { type IncomingMessage, request } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { KubeError } from '../kube/errors.ts'
import type { PodPort } from '../kube/http/port-forward.ts'
import { exitCodes, type Failure, refused } from './failure.ts'
import type { Cluster } from './io.ts'

/** How long a Pod may take until its answer begins (ms). */
const answerMs = 10_000

/** A connection to a port of a Pod, with the user's own permissions; the signal cuts it at any time. */
export async function forwardTo(
  cluster: Cluster,
  to: PodPort,
  signal: AbortSignal,
): Promise<Result<Duplex, Failure>> {
  const opened = await cluster.forward(to, signal)
  return opened.ok ? opened : err(notForwarded(to, opened.error))
}

function notForwarded({ namespace, pod }: PodPort, error: KubeError): Failure {
  const { unavailable: exitCode } = exitCodes
  switch (error.kind) {
    case 'forbidden':
      return {
        exitCode,
        message: `you may not forward a port to Pods in namespace ${namespace}: ${error.message}`,
        hint: 'ask for the permission to get and create pods/portforward in that namespace',
      }
    case 'notFound':
      return {
        exitCode,
        message: `the Pod ${namespace}/${pod} no longer exists`,
        hint: 'try again in a moment, when another Pod has replaced it',
      }
    default:
      return refused(error)
  }
}

/**
 * Sends one request over a connection; the answer's body ends with it. The signal calls it off. The error
 * says why there is no answer.
 */
export function ask(
  duplex: Duplex,
  options: {
    readonly method: string
    readonly path: string
    readonly headers: Record<string, string>
    readonly signal?: AbortSignal
  },
  clock: Clock,
): Promise<Result<IncomingMessage, string>> {
  return new Promise((resolve) => {
    const outgoing = request({ ...options, createConnection: () => duplex })
    const tooLate = new Error(`no data received for ${answerMs / 1000} s`)
    const timer = clock.after(answerMs, () => outgoing.destroy(tooLate))
    const end = (answer: Result<IncomingMessage, string>) => {
      timer.cancel()
      resolve(answer)
    }
    outgoing.once('response', (answer) => end(ok(answer)))
    outgoing.on('error', (problem) => end(err(problem.message)))
    outgoing.end()
  })
}

/** Reads an answer as text; the error says why it could not be read to its end, or is longer than `bytes`. */
export async function readText(
  answer: AsyncIterable<Buffer>,
  bytes: number,
): Promise<Result<string, string>> {
  const chunks: Buffer[] = []
  let read = 0
  try {
    for await (const chunk of answer) {
      read += chunk.length
      if (read > bytes) return err(`its answer is larger than ${bytes / 2 ** 20} MiB`)
      chunks.push(chunk)
    }
  } catch (problem) {
    return err(brokeOff(problem))
  }
  return ok(Buffer.concat(chunks).toString('utf8'))
}

/** What a failed reading of an answer is called. */
export const brokeOff = (problem: unknown): string =>
  `its answer broke off: ${problem instanceof Error ? problem.message : String(problem)}`
