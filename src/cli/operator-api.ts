import { err, ok, type Result } from '../base/result.ts'
import { choosePod } from './dashboard/pods.ts'
import { sentence } from './failure.ts'
import { ask, forwardTo, readText } from './forwarding.ts'
import type { Cluster, Io } from './io.ts'
import { printable } from './printable.ts'

/** The most that one answer may have: a route with its history, or a page of routes. */
const mostBytes = 16 * 2 ** 20

/** Asks for one path of the JSON API. The error says in a sentence why there is no answer. */
export type AskOperator = (path: string) => Promise<Result<unknown, string>>

/**
 * The way to the JSON API of the operator's leader, with the user's own permissions. The error says in a
 * sentence why there is none.
 */
export async function findOperator(cluster: Cluster, io: Io): Promise<Result<AskOperator, string>> {
  const chosen = await choosePod({ transport: cluster.transport, signal: io.interrupted }, undefined)
  if (!chosen.ok) return err(sentence(chosen.error))
  const { pod } = chosen.value
  return ok(async (path) => {
    const opened = await forwardTo(cluster, pod, io.interrupted)
    if (!opened.ok) return err(sentence(opened.error))
    const answer = await get(io, opened.value, path)
    opened.value.destroy()
    return answer.ok ? answer : err(`${pod.namespace}/${pod.pod}: ${answer.error}`)
  })
}

/** The path of one route in the JSON API. */
export const pathOfRoute = ({ kind, namespace, name }: Record<'kind' | 'namespace' | 'name', string>) =>
  `/api/v1/routes/${[kind, namespace, name].map(encodeURIComponent).join('/')}`

/** What an answer of an operator is called that makes no sense. */
export const unreadable = 'the answer of the operator cannot be read: its version is not known here'

async function get(
  { clock, interrupted: signal }: Io,
  connection: Parameters<typeof ask>[0],
  path: string,
): Promise<Result<unknown, string>> {
  const answer = await ask(connection, { method: 'GET', path, headers: { host: 'localhost' }, signal }, clock)
  if (!answer.ok) return err(`the operator did not answer: ${answer.error}`)
  const { statusCode } = answer.value
  if (statusCode === 404) return err('the operator does not control the route')
  if (statusCode !== 200) return err(`the operator answered with status ${statusCode}`)
  const text = await readText(answer.value, mostBytes)
  return text.ok ? parse(text.value) : text
}

function parse(text: string): Result<unknown, string> {
  try {
    return ok(printable(JSON.parse(text)))
  } catch {
    return err(unreadable)
  }
}
