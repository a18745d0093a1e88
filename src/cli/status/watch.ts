import { sleep } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { ok } from '../../base/result.ts'
import { watchCluster } from '../../controller/watch/cluster-watch.ts'
import type { Ending } from '../command.ts'
import { withDrains } from '../drains/list.ts'
import { askGateways } from '../explain/gateways.ts'
import { exitCodes } from '../failure.ts'
import type { Cluster, Io } from '../io.ts'
import { paletteFor } from '../output.ts'
import type { Scope } from '../snapshot.ts'
import { AroundWatch } from './around-watch.ts'
import { Board, changeData, changeText } from './board.ts'
import { GatewayWatch } from './gateway-watch.ts'
import { readOperatorTimes } from './operator-times.ts'
import { OperatorWatch } from './operator-watch.ts'
import { statusTable } from './table.ts'
import { findWatchScope } from './watch-scope.ts'

/** How long changes are collected before they are shown (ms). */
const gatherMs = 100
/** How often the ages are updated on a terminal (ms). */
const refreshMs = 5_000
const clearScreen = '\u001b[H\u001b[2J'

/**
 * Shows the table, then each change: on a terminal the whole table again, elsewhere a line. As JSON a line for each route,
 * and then for each change.
 */
export async function watchStatus(
  io: Io,
  cluster: Cluster,
  scope: Scope & { readonly output: 'table' | 'json' | 'yaml' },
): Promise<Ending> {
  const reading = { transport: cluster.transport, signal: io.interrupted }
  const watched = await findWatchScope(reading, scope, io)
  if (!watched.ok) return watched
  const { namespace } = scope
  const signal = createSignal()
  const around = await AroundWatch.open({
    reading,
    clock: io.clock,
    kinds: watched.value.codecs?.map(({ kind }) => kind) ?? [],
    namespace,
    onRead: signal.raise,
  })
  for (const line of around.now.unseen) io.stderr.write(`${line}\n`)
  const due = new Set<string>()
  const watches = watchCluster({
    transport: reading.transport,
    clock: io.clock,
    random: io.random,
    log: warningsOnly(io),
    ...watched.value,
    onDue: (key) => due.add(key),
    // Counts of endpoints change without any route being due.
    onEvent: signal.raise,
    onSynced: () => {},
  })
  watches.drains?.kind.onChange(signal.raise)
  const { serviceNamespaces } = watched.value
  const gateways = new GatewayWatch({
    clock: io.clock,
    read: () => askGateways(cluster, io),
    onRead: signal.raise,
  })
  const board = new Board({
    watches,
    namespace,
    serviceNamespaces,
    around: () => around.now,
    gateways: () => gateways.gateways,
  })
  const times = new OperatorWatch({
    clock: io.clock,
    read: () => readOperatorTimes(cluster, io, { namespace }),
    onTimes: signal.raise,
  })
  watches.start()
  void around.follow()
  // The first table must have the routes of all kinds, or an existing route would be reported as new.
  while (watches.missing().length > 0 && !io.interrupted.aborted)
    await sleep(io.clock, gatherMs, io.interrupted)
  const isData = scope.output === 'json'
  const isDrawn = io.stdout.isTerminal && !isData
  let isFirst = true
  while (!io.interrupted.aborted) {
    const changes = board.update(due, io.clock.wallTime())
    gateways.see(board.routes())
    due.clear()
    if (isData) io.stdout.write(linesOf(changes.map((change) => JSON.stringify(changeData(change)))))
    else io.stdout.write(isFirst || isDrawn ? screen(io, board, times) : linesOf(changes.map(changeText)))
    isFirst = false
    const refresh = isDrawn ? io.clock.after(refreshMs, signal.raise) : undefined
    await signal.raised(io.interrupted)
    refresh?.cancel()
    await sleep(io.clock, gatherMs, io.interrupted)
  }
  await watches.stop()
  return ok(exitCodes.ok)
}

const linesOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

function screen(io: Io, board: Board, times: OperatorWatch): string {
  const routes = times.timed(board.routes())
  const now = io.clock.wallTime().getTime()
  const table = withDrains(statusTable(routes, paletteFor(io.stdout, io.env), now), board.drains(now), now)
  return io.stdout.isTerminal ? `${clearScreen}${table}\nPress Ctrl-C to stop.\n` : table
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
