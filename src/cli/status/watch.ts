import { sleep } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { watchCluster } from '../../controller/watch/cluster-watch.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import { type Resource, resourcePath } from '../../kube/resource.ts'
import { readinessObjects } from '../../readiness/sources.ts'
import { codecs } from '../../routes/codecs.ts'
import type { Ending } from '../command.ts'
import { withDrains } from '../drains/list.ts'
import { drainsLeftOut } from '../drains/read-drains.ts'
import { findRootToWatch } from '../drains/root.ts'
import { exitCodes, type Failure, refused } from '../failure.ts'
import type { Cluster, Io } from '../io.ts'
import { readLinks } from '../links.ts'
import type { Reading } from '../listing.ts'
import { paletteFor } from '../output.ts'
import type { Scope } from '../snapshot.ts'
import { Board } from './board.ts'
import { readEvents } from './events.ts'
import { statusTable } from './table.ts'
import { readWaitTimes } from './wait-times.ts'
import { WaitWatch } from './wait-watch.ts'

/** How long changes are collected before they are shown (ms). */
const gatherMs = 100
/** How often the ages are updated on a terminal (ms). */
const refreshMs = 5_000
const clearScreen = '\u001b[H\u001b[2J'

/** Shows the table, then each change: on a terminal the whole table again, elsewhere a line. */
export async function watchStatus(io: Io, cluster: Cluster, scope: Scope): Promise<Ending> {
  const reading = { transport: cluster.transport, signal: io.interrupted }
  const permitted = await mayList(reading)
  if (!permitted.ok) return permitted
  const links = await readLinks(reading)
  const events = await readEvents(reading, scope.namespace)
  const root = await findRootToWatch(reading)
  if (!root.ok) io.stderr.write(`${drainsLeftOut(root.error)}\n`)
  const signal = createSignal()
  const due = new Set<string>()
  const watches = watchCluster({
    transport: reading.transport,
    clock: io.clock,
    random: io.random,
    log: warningsOnly(io),
    selector: scope.selector,
    readsLinks: links !== undefined,
    policies: root.ok ? root.value : undefined,
    onDue: (key) => due.add(key),
    // Counts of endpoints change without any route being due.
    onEvent: signal.raise,
    onSynced: () => {},
  })
  watches.drains?.onChange(signal.raise)
  const board = new Board(watches, scope.namespace, events.ok ? events.value : new Map())
  const waits = new WaitWatch({
    clock: io.clock,
    read: () => readWaitTimes(cluster, io, { namespace: scope.namespace }),
    onTimes: signal.raise,
  })
  watches.start()
  // The first table must have the routes of all kinds, or an existing route would be reported as new.
  while (watches.missing().length > 0 && !io.interrupted.aborted)
    await sleep(io.clock, gatherMs, io.interrupted)
  let isFirst = true
  while (!io.interrupted.aborted) {
    const lines = board.update(due, io.clock.wallTime())
    due.clear()
    io.stdout.write(isFirst || io.stdout.isTerminal ? screen(io, board, waits) : linesOf(lines))
    isFirst = false
    const refresh = io.stdout.isTerminal ? io.clock.after(refreshMs, signal.raise) : undefined
    await signal.raised(io.interrupted)
    refresh?.cancel()
    await sleep(io.clock, gatherMs, io.interrupted)
  }
  await watches.stop()
  return ok(exitCodes.ok)
}

const linesOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

function screen(io: Io, board: Board, waits: WaitWatch): string {
  const routes = waits.timed(board.routes())
  const now = io.clock.wallTime().getTime()
  const table = withDrains(statusTable(routes, paletteFor(io.stdout, io.env), now), board.drains(now), now)
  return io.stdout.isTerminal ? `${clearScreen}${table}\nPress Ctrl-C to stop.\n` : table
}

/** A reflector retries for ever, but a person needs to see at once which permission is missing. */
async function mayList({ transport, signal }: Reading): Promise<Result<void, Failure>> {
  const discovery = new DiscoverySnapshot({ transport, signal })
  const resources: Resource[] = readinessObjects().map(({ resource }) => resource)
  for (const codec of codecs) {
    const served = await discovery.find(codec)
    if (!served.ok) return err(refused(served.error))
    if (served.value) resources.push(served.value)
  }
  for (const resource of resources) {
    const path = resourcePath(resource)
    const answer = await transport.request({ method: 'GET', path, query: { limit: '1' }, signal })
    if (!answer.ok) return err(refused(answer.error))
  }
  return ok(undefined)
}

function warningsOnly({ stderr }: Io): Log {
  const silent = () => {}
  const tell = (_: Record<string, unknown>, message: string) => stderr.write(`${message}\n`)
  return { debug: silent, info: silent, warn: tell, error: tell }
}

/** Something to wait for that may be raised many times before anybody looks. */
function createSignal() {
  let isRaised = false
  let wake = () => {}
  return {
    raise: () => {
      isRaised = true
      wake()
    },
    raised: async (interrupted: AbortSignal) => {
      if (!isRaised && !interrupted.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve
          interrupted.addEventListener('abort', () => resolve(), { once: true })
        })
      }
      isRaised = false
    },
  }
}
