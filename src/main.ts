import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { readAssets } from './admin/assets.ts'
import { startAdminServer } from './admin/server.ts'
import { systemClock as clock } from './base/clock.ts'
import { hostPort } from './base/host-port.ts'
import { version } from './base/version.ts'
import type { ClusterConfig } from './kube/cluster/cluster.ts'
import { createTransport } from './kube/http/transport.ts'
import { createNotifier } from './notify/notifier.ts'
import { createPost } from './notify/post.ts'
import { startOperator } from './operator/operator.ts'
import { createLogger } from './operator/pino-log.ts'
import { createRegistry } from './operator/process-metrics.ts'
import { prepare, type Startup } from './operator/startup.ts'
import { probeNetwork } from './readiness/gateways/http-line.ts'
import { excerptOf } from './routes/excerpt.ts'

/** EX_UNAVAILABLE of sysexits.h: the admin address cannot be bound. */
const unavailable = 69
/** For the last notifications (ms). */
const patienceMs = 3_000

/** Beside the bundled operator, or where `npm run build` puts it beside the sources. */
const dashboardFolders = ['./dashboard/', '../dist/dashboard/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)

const instance = hostname()
const startup = await prepare({
  argv: process.argv.slice(2),
  env: process.env,
  hostname: instance,
  random: Math.random,
  clock,
})
if (startup.ok) await run(startup.value)
else end(startup.error.text, startup.error.exitCode)

async function run({ settings, cluster, election, receivers }: Startup): Promise<void> {
  const log = createLogger(settings, clock)
  const transport = createTransport(cluster, clock)
  const { selector, adminAddress, serviceProfiles, policies } = settings
  log.info({ version, server: cluster.server, source: cluster.source, selector }, 'linkerd-failover starts')
  const { post, close } = createPost()
  const tools = { clock, random: Math.random, log, instance, registry: createRegistry(), gc: globalThis.gc }
  const notifier = createNotifier({ ...tools, receivers, post })
  const connect = (config: ClusterConfig) => createTransport(config, clock)
  const probing = settings.gatewayProbe && { settings: settings.gatewayProbe, network: probeNetwork }
  const scope = { selector, policies, serviceProfiles, links: { ...settings.linked, connect }, probing }
  const operator = startOperator({ ...tools, ...scope, transport, election, onEntry: notifier.take })
  const stop = async () => {
    await operator.stop()
    await notifier.stop(patienceMs)
    await Promise.all([transport.close(), close()])
  }
  const admin = await startAdminServer(adminAddress, {
    ...operator,
    clock,
    version,
    instance,
    startedAt: clock.wallTime(),
    excerpt: excerptOf,
    assets: readAssets(dashboardFolders),
  })
  if (!admin.ok) {
    await stop()
    return end(`linkerd-failover cannot start: ${admin.error}\n`, unavailable)
  }
  const { host, port } = admin.value
  log.info({ host, port }, `admin server listening on ${hostPort(host, port)}`)
  const leave = async (signal: string) => {
    log.info({ signal }, `${signal}: finishing the writes in flight`)
    await stop()
    await admin.value.close()
    log.info({}, 'stopped')
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, leave)
}

function end(text: string, exitCode: number): void {
  process[exitCode === 0 ? 'stdout' : 'stderr'].write(text)
  process.exitCode = exitCode
}
