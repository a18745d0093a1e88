import { err, type Result } from '../../base/result.ts'
import type { ServiceKey } from '../../core/types.ts'
import type { PodPort } from '../../kube/http/port-forward.ts'
import { sentence } from '../failure.ts'
import { ask, forwardTo } from '../forwarding.ts'
import type { Cluster, Io } from '../io.ts'
import { type DestinationView, readView } from './view.ts'

/** How long one Pod may take for all of its metrics (ms). */
const answerMs = 60_000

/** A destination Pod, and what it reports, or in a sentence why that is not known. */
export interface Asked {
  readonly pod: string
  readonly view: Result<DestinationView, string>
}

/** Asks each of these Pods for its metrics, over a connection of its own. */
export function askPods(
  cluster: Cluster,
  io: Io,
  pods: readonly PodPort[],
  isWanted: (service: ServiceKey) => boolean,
): Promise<Asked[]> {
  return Promise.all(pods.map(async (to) => ({ pod: to.pod, view: await askPod(cluster, io, to, isWanted) })))
}

async function askPod(
  cluster: Cluster,
  { clock, interrupted }: Io,
  to: PodPort,
  isWanted: (service: ServiceKey) => boolean,
): Promise<Result<DestinationView, string>> {
  const opened = await forwardTo(cluster, to, interrupted)
  if (!opened.ok) return err(sentence(opened.error))
  const connection = opened.value
  let isLate = false
  const timer = clock.after(answerMs, () => {
    isLate = true
    connection.destroy()
  })
  const question = { method: 'GET', path: '/metrics', headers: { host: 'localhost' }, signal: interrupted }
  const view = await readAnswer(await ask(connection, question, clock), isWanted)
  timer.cancel()
  connection.destroy()
  return isLate ? err(`it has not sent all of its metrics in ${answerMs / 1000} s`) : view
}

async function readAnswer(
  answer: Awaited<ReturnType<typeof ask>>,
  isWanted: (service: ServiceKey) => boolean,
): Promise<Result<DestinationView, string>> {
  if (!answer.ok) return err(`it did not answer: ${answer.error}`)
  const { statusCode } = answer.value
  if (statusCode !== 200) return err(`it has no metrics: it answered with status ${statusCode}`)
  return readView(answer.value, isWanted)
}
