import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import type { Route } from '../../routes/route.ts'
import { choosePod } from '../dashboard/pods.ts'
import { ask, forwardTo, readText } from '../forwarding.ts'
import type { Cluster, Io } from '../io.ts'
import { sentence } from './ask-pods.ts'
import type { Counts } from './judge.ts'

/** Of one route with its history, or of a page of routes. */
const mostBytes = 16 * 2 ** 20
/** The most that the operator puts on a page; the counts of further routes are not known. */
const onePage = '/api/v1/routes?limit=1000'

const backend = z.object({
  service: z.string(),
  port: z.number().nullable(),
  readiness: z.object({ ready: z.number().nullable() }),
})
const route = z.object({ splits: z.array(z.object({ backends: z.array(backend) })) })
/** What is read of the operator's answer, in any of its versions. */
const schema = z.union([
  z.object({ route }).transform((answer) => [answer.route]),
  z.object({ items: z.array(route) }).transform(({ items }) => items),
])

/**
 * Asks the operator's leader how many endpoints of a route's backends it counts as ready, or of the backends
 * of all routes: only the operator reads other clusters. The error says in a sentence why that is not known.
 */
export async function readOperatorCounts(
  cluster: Cluster,
  io: Io,
  of: Route | 'all',
): Promise<Result<Counts, string>> {
  const reading = { transport: cluster.transport, signal: io.interrupted }
  const chosen = await choosePod(reading, undefined)
  if (!chosen.ok) return err(sentence(chosen.error))
  const { pod } = chosen.value
  const opened = await forwardTo(cluster, pod, io.interrupted)
  if (!opened.ok) return err(sentence(opened.error))
  const answer = await get(io, opened.value, of === 'all' ? onePage : pathOf(of))
  opened.value.destroy()
  return answer.ok ? answer : err(`${pod.namespace}/${pod.pod}: ${answer.error}`)
}

const pathOf = ({ kind, namespace, name }: Route): string =>
  `/api/v1/routes/${[kind, namespace, name].map(encodeURIComponent).join('/')}`

async function get(
  { clock, interrupted: signal }: Io,
  connection: Parameters<typeof ask>[0],
  path: string,
): Promise<Result<Counts, string>> {
  const answer = await ask(connection, { method: 'GET', path, headers: { host: 'localhost' }, signal }, clock)
  if (!answer.ok) return err(`the operator did not answer: ${answer.error}`)
  const { statusCode } = answer.value
  if (statusCode === 404) return err('the operator does not control the route')
  if (statusCode !== 200) return err(`the operator answered with status ${statusCode}`)
  const text = await readText(answer.value, mostBytes)
  return text.ok ? countsIn(text.value) : text
}

function countsIn(text: string): Result<Counts, string> {
  const { data } = schema.safeParse(parse(text))
  if (!data) return err('the answer of the operator cannot be read: its version is not known here')
  const counts = new Map<string, number | undefined>()
  for (const { splits } of data)
    for (const { service, port, readiness } of splits.flatMap(({ backends }) => backends))
      counts.set(keyOf(service, port), readiness.ready ?? undefined)
  return ok(({ service, port }) => counts.get(keyOf(service, port)) ?? counts.get(keyOf(service, null)))
}

/** Routes of a kind without ports have none. */
const keyOf = (service: string, port: number | null): string => `${service} ${port}`

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
