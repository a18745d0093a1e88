import * as z from 'zod'
import { err, ok } from '../../base/result.ts'
import { version } from '../../base/version.ts'
import { runCheck } from '../check/check.ts'
import { CheckContext } from '../check/check-context.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { exitCodes, withFlag, wrongUsage } from '../failure.ts'
import type { Reading } from '../listing.ts'
import { writeArchive } from './archive.ts'
import { Bag } from './bag.ts'
import { collectDestination, collectLinks } from './linkerd.ts'
import { collectOperator } from './operator.ts'
import { collectRoutes } from './routes.ts'

const schema = z.object({ file: z.string().optional(), selector: z.string() })

/**
 * Writes the archive, and prints what could not be collected. Fails only if the cluster cannot be reached
 * at all.
 */
export async function writeDiagnostics(context: Context, given: Flags): Promise<Ending> {
  const { file, selector } = schema.parse(given)
  const { io } = context
  const now = io.clock.wallTime()
  const folder = `linkerd-failover-diagnostics-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`
  const target = file ?? `${folder}.tar.gz`
  const cluster = await context.connect()
  if (!cluster.ok) return cluster
  const reading: Reading = { transport: cluster.value.transport, signal: io.interrupted }
  const checkContext = new CheckContext(context, undefined)
  const bag = new Bag()
  await collectVersions(bag, checkContext, reading)
  await collectChecks(bag, context)
  const [snapshot, kinds] = [await checkContext.selectedBy(selector), await checkContext.kinds()]
  if (snapshot.ok && kinds.ok) await collectRoutes(bag, reading, snapshot.value, kinds.value, selector)
  else
    bag.miss(
      'routes',
      snapshot.ok ? 'the kinds that the cluster serves could not be read' : snapshot.error.message,
    )
  await collectOperator(bag, reading)
  await collectLinks(bag, reading)
  if (snapshot.ok) await collectDestination(bag, context, cluster.value, snapshot.value)
  if (io.interrupted.aborted) return ok(exitCodes.interrupted)
  bag.text('README.txt', contents(bag, now))
  const written = await writeArchive(target, folder, bag.items, now)
  if (!written.ok) {
    return err(
      wrongUsage(
        `${target} cannot be written: ${written.error}`,
        'choose a file that you may write',
        withFlag('file', 'name it with --file'),
      ),
    )
  }
  io.stdout.write(`wrote ${target}: ${bag.items.length} files\n${notThere(bag)}`)
  return ok(exitCodes.ok)
}

async function collectVersions(bag: Bag, checkContext: CheckContext, { transport }: Reading): Promise<void> {
  const kubernetes = await transport.request({ method: 'GET', path: '/version' })
  const operators = await checkContext.deployments()
  if (!kubernetes.ok) bag.miss('the version of Kubernetes', kubernetes.error.message)
  bag.json('version.json', {
    client: version,
    node: process.version,
    kubernetes: kubernetes.ok ? kubernetes.value : null,
    operators: operators.ok ? operators.value : null,
  })
}

/** The present result of `check --proxy`. */
async function collectChecks(bag: Bag, context: Context): Promise<void> {
  const pieces: string[] = []
  const stdout = { ...context.io.stdout, write: (piece: string) => void pieces.push(piece) }
  await runCheck({ ...context, io: { ...context.io, stdout } }, { wait: 0, output: 'json', proxy: true })
  bag.text('check.json', pieces.join(''))
}

const contents = (bag: Bag, now: Date): string =>
  [
    `Diagnostics of linkerd-failover, collected by version ${version} at ${now.toISOString()}.`,
    'Tokens, private keys and the values of environment variables were removed.',
    '',
    ...bag.items.map(({ path }) => path),
    '',
    notThere(bag),
  ].join('\n')

const notThere = ({ missing }: Bag): string =>
  missing.length === 0 ? '' : `could not be collected:\n${missing.map((line) => `  ${line}\n`).join('')}`
