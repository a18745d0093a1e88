import { sleep } from '../../base/clock.ts'
import { ok, type Result } from '../../base/result.ts'
import type { PodPort } from '../../kube/http/port-forward.ts'
import type { Route } from '../../routes/route.ts'
import { type Failure, sentence } from '../failure.ts'
import type { Cluster, Io } from '../io.ts'
import type { ServicesRead } from '../snapshot.ts'
import { askPods } from './ask-pods.ts'
import { calledBy, isElsewhere } from './called.ts'
import { type Counts, type Judged, judge } from './judge.ts'
import { findDestinationPods } from './pods.ts'
import { type LinkerdView, reportOf } from './report.ts'
import { readStarts } from './starts.ts'

/** When a difference is looked at a second time (ms): a Pod hears of a change some ms after it is stored. */
export const againMs = 2_000

/** Where to ask, and for what. */
export interface Question {
  readonly cluster: Cluster
  readonly io: Io
  /** Of Linkerd's control plane. */
  readonly namespace: string
  readonly routes: readonly Route[]
  /** Reads what is known of the Services of the routes. */
  readonly readServices: () => Promise<Result<ServicesRead, Failure>>
  /** What the operator counts of Services in other clusters, or why that is not known. */
  readonly readCounts: () => Promise<Result<Counts, string>>
}

/**
 * Asks each Pod of Linkerd's destination controller how many endpoints it gives to proxies for what these
 * routes send to, and compares that with the endpoints that are ready. A difference is reported if it is
 * still there after 2 s. Never fails: what could not be asked is in the answer.
 */
export async function readLinkerdView(question: Question, services: ServicesRead): Promise<LinkerdView> {
  const { cluster, io, namespace } = question
  const reading = { transport: cluster.transport, signal: io.interrupted }
  const pods = await findDestinationPods(reading, namespace)
  if (!pods.ok) return { namespace, pods: [], services: [], differences: [], unseen: [sentence(pods.error)] }
  const first = await look(question, pods.value, services)
  if (first.differences.length === 0) return reportOf(namespace, first, new Map())
  await sleep(io.clock, againMs, io.interrupted)
  const again = await question.readServices()
  const second = await look(question, pods.value, again.ok ? again.value : services)
  const lasting = { ...second, differences: second.differences.filter(isIn(first)) }
  return reportOf(namespace, lasting, await readStarts(reading, lasting.differences))
}

const isIn = (before: Judged) => {
  const known = new Set(before.differences.map(keyOf))
  return (one: Judged['differences'][number]) => known.has(keyOf(one))
}
const keyOf = ({ called, found }: Judged['differences'][number]): string =>
  [found.kind, found.pod, called.service, called.port].join(' ')

async function look(question: Question, pods: readonly PodPort[], services: ServicesRead): Promise<Judged> {
  const called = calledBy(question.routes, (service) => services.facts.get(service))
  const wanted = new Set(called.flatMap(({ members }) => members.map(({ service }) => service)))
  const [asked, counts] = await Promise.all([
    askPods(question.cluster, question.io, pods, (service) => wanted.has(service)),
    called.some(isElsewhere) ? question.readCounts() : ok(() => undefined),
  ])
  return judge(called, asked, services, counts)
}
