import * as z from 'zod'
import { sleep } from '../../base/clock.ts'
import { hostPort } from '../../base/host-port.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { badAnswer, exitCodes, type Failure, withFlag, wrongUsage } from '../failure.ts'
import { ask } from '../forwarding.ts'
import type { Io } from '../io.ts'
import { type Relay, startRelay } from './relay.ts'
import { isSame, Source } from './source.ts'

const schema = z.object({
  namespace: z.string().optional(),
  port: z.number(),
  address: z.string(),
  show: z.enum(['browser', 'url']),
})
type DashboardFlags = z.infer<typeof schema>

/** How often the leader is looked up (ms). */
const lookMs = 5_000

/** Serves the dashboard of the leader on this machine until the user interrupts. */
export async function showDashboard(context: Context, given: Flags): Promise<Ending> {
  const flags = schema.parse(given)
  const { io } = context
  const cluster = await context.connect()
  if (!cluster.ok) return cluster
  const found = await Source.find(cluster.value, io.interrupted, flags.namespace || undefined)
  if (!found.ok) return found
  const source = found.value
  const tried = await tryOut(io, source)
  if (!tried.ok) return tried
  const relay = await listen(flags, source, io)
  if (!relay.ok) return relay
  announce(io, flags, source, relay.value)
  await follow(io, source, relay.value)
  await relay.value.close()
  return ok(exitCodes.ok)
}

/** Requests the page once, so that errors are printed here and not in the browser. */
async function tryOut({ clock, interrupted: signal }: Io, source: Source): Promise<Result<void, Failure>> {
  const connection = await source.connect()
  if (!connection.ok) return connection
  const question = { method: 'HEAD', path: '/', headers: { host: 'localhost' }, signal }
  const answer = await ask(connection.value, question, clock)
  connection.value.destroy()
  const { namespace, pod } = source.choice.pod
  if (!answer.ok) {
    const see = `see kubectl -n ${namespace} logs ${pod}`
    return err({
      exitCode: exitCodes.unavailable,
      message: `${namespace}/${pod}: the operator did not answer: ${answer.error}`,
      hint: see,
    })
  }
  const { statusCode } = answer.value
  if (statusCode === 200) return ok(undefined)
  const message = `the operator in ${namespace}/${pod} has no dashboard: it answered with status ${statusCode}`
  return err(badAnswer(message, 'upgrade the operator to a version with a dashboard'))
}

async function listen(
  { address, port }: DashboardFlags,
  source: Source,
  { clock }: Io,
): Promise<Result<Relay, Failure>> {
  // `localhost` may resolve to two addresses, and Node.js would use the first one.
  const host = address === 'localhost' ? '127.0.0.1' : address
  const connect = async () => {
    const connection = await source.connect()
    return connection.ok ? connection : err(`${connection.error.message}; ${connection.error.hint}`)
  }
  const started = await startRelay({ host, port }, connect, clock)
  if (started.ok) return started
  const { code, message } = started.error
  if (code !== 'EADDRINUSE')
    return err(wrongUsage(message, 'give another address', withFlag('port', 'another port with --port')))
  const inUse = `port ${port} of ${address} is in use, perhaps by a dashboard in another terminal`
  return err(
    wrongUsage(
      inUse,
      'end the program that uses it',
      withFlag('port', 'choose another port with --port (0 picks a free one)'),
    ),
  )
}

function announce(io: Io, { address, show }: DashboardFlags, source: Source, { port }: Relay) {
  const { pod, doubt } = source.choice
  const url = urlOf(address, port)
  if (doubt !== undefined) io.stderr.write(`cannot find out which Pod is the leader: ${doubt}\n`)
  io.stderr.write(
    `showing the dashboard of ${pod.namespace}/${pod.pod} at this address until you press Ctrl-C:\n`,
  )
  io.stdout.write(`${url}\n`)
  if (!isLoopback(address)) {
    io.stderr.write(`anyone who can reach ${address} can read it: it has no login\n`)
  }
  if (show === 'browser') void open(io, url)
}

/** The caller does not wait for this: on some systems the opener ends with the browser. */
async function open(io: Io, url: string): Promise<void> {
  const opened = await io.openBrowser(url)
  if (!opened.ok && !io.interrupted.aborted)
    io.stderr.write(`could not open a browser: ${opened.error}; open ${url} yourself\n`)
}

/** Until the user interrupts: moves to the new leader when the leader changes, and reports it. */
async function follow(io: Io, source: Source, relay: Relay): Promise<void> {
  let shown = source.choice.pod
  let lastTrouble = ''
  for (;;) {
    await sleep(io.clock, lookMs, io.interrupted)
    if (io.interrupted.aborted) return
    const looked = await source.look()
    if (io.interrupted.aborted) return
    // A request whose Pod was gone may already have chosen a new Pod.
    if (!isSame(shown, source.choice.pod)) {
      shown = source.choice.pod
      const { namespace, pod } = shown
      io.stderr.write(`the leader changed: now showing the dashboard of ${namespace}/${pod}\n`)
      relay.cut()
    }
    const trouble = looked.ok ? '' : looked.error.message
    if (trouble !== '' && trouble !== lastTrouble)
      io.stderr.write(`cannot find out which Pod is the leader: ${trouble}\n`)
    lastTrouble = trouble
  }
}

/** The URL for a browser on this machine to what listens on `address`. */
export function urlOf(address: string, port: number): string {
  const isEverywhere = address === '0.0.0.0' || address === '::'
  return `http://${hostPort(isEverywhere ? 'localhost' : address, port)}`
}

/**
 * Whether only this machine can reach the address. Names other than `localhost` count as reachable by
 * others.
 */
export const isLoopback = (address: string): boolean => /^(localhost|127(\.\d+){3}|::1)$/.test(address)
