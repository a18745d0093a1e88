import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { readAssets } from './admin/assets.ts'
import { startAdminServer } from './admin/server.ts'
import { systemClock } from './clock.ts'
import { parseSettings, type Settings } from './config.ts'
import { type OperatorOptions, startOperator } from './controller/operator.ts'
import { electionOf } from './election.ts'
import { type ClusterConfig, loadClusterConfig } from './kube/config.ts'
import { createTransport } from './kube/transport.ts'
import { createLogger } from './logger.ts'
import { excerptOf } from './routes/excerpt.ts'
import { version } from './version.ts'

/** Exit codes of sysexits.h: wrong usage, and a service (the admin address) that is not to be had. */
const exitCodes = { usage: 64, unavailable: 69 } as const

/** Beside the bundled operator, or where `npm run build` puts it beside the sources. */
const dashboardFolders = ['./dashboard/', '../dist/dashboard/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)

await main()

async function main(): Promise<void> {
  const settings = parseSettings(process.argv.slice(2), process.env)
  if (!settings.ok) {
    const { exitCode, text } = settings.error
    process[exitCode === 0 ? 'stdout' : 'stderr'].write(text)
    process.exitCode = exitCode
    return
  }
  const cluster = await loadClusterConfig(settings.value.cluster, process.env)
  if (!cluster.ok) return fail(cluster.error, exitCodes.usage)
  const election = electionOf(settings.value, hostname(), Math.random)
  if (!election.ok) return fail(election.error, exitCodes.usage)
  await run(settings.value, cluster.value, election.value)
}

async function run(settings: Settings, cluster: ClusterConfig, election: OperatorOptions['election']) {
  const log = createLogger(settings)
  const clock = systemClock
  const transport = createTransport(cluster, clock)
  const { selector, adminAddress } = settings
  const instance = hostname()
  log.info({ version, server: cluster.server, source: cluster.source, selector }, 'linkerd-failover starts')
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const operator = startOperator({
    transport,
    clock,
    random: Math.random,
    log,
    selector,
    instance,
    registry,
    election,
  })
  const admin = await startAdminServer(adminAddress, {
    ...operator,
    ...{ clock, version, instance, startedAt: clock.wallTime(), excerpt: excerptOf },
    assets: readAssets(dashboardFolders),
  })
  if (!admin.ok) {
    await operator.stop()
    await transport.close()
    return fail(admin.error, exitCodes.unavailable)
  }
  const { host, port } = admin.value
  log.info({ host, port }, `admin server listening on ${host}:${port}`)
  const stop = async (signal: string) => {
    log.info({ signal }, `${signal}: finishing the writes in flight`)
    await operator.stop()
    await admin.value.close()
    await transport.close()
    log.info({}, 'stopped')
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, stop)
}

function fail(message: string, exitCode: number): void {
  process.stderr.write(`linkerd-failover cannot start: ${message}\n`)
  process.exitCode = exitCode
}
