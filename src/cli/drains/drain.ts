import * as z from 'zod'
import { programName } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import type { Resource } from '../../kube/resource.ts'
import { type DrainTarget, drainNames } from '../../policies/drain.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { isConfirmed, nobodyToAsk } from '../confirm.ts'
import { badAnswer, exitCodes, type Failure, refused } from '../failure.ts'
import type { Io } from '../io.ts'
import type { Reading } from '../listing.ts'
import { paletteFor, renderData } from '../output.ts'
import { takeSnapshot } from '../snapshot.ts'
import { timeIn } from '../until.ts'
import { type Foreseen, foresee } from '../what-if/foresee.ts'
import { effectsText } from '../what-if/table.ts'
import { findUnused, type Planned } from './foresee.ts'
import { drainItem } from './list.ts'
import { findRoot } from './root.ts'
import { parseTargets, targetText } from './target.ts'
import { findExisting, writeDrain } from './write-drain.ts'

const schema = z.object({
  for: z.number(),
  reason: z.string().trim().min(1),
  name: z.string().optional(),
  lastResort: z.enum(['Allow', 'Never']),
  namespace: z
    .string()
    .optional()
    .transform((name) => name || undefined),
  selector: z.string(),
  yes: z.boolean().default(false),
  output: z.enum(['table', 'json', 'yaml']),
})
type DrainFlags = z.infer<typeof schema>

/** Shows what a Drain would do, asks, and creates it; one of the same name for the same is renewed. */
export async function drain(context: Context, words: readonly string[], given: Flags): Promise<Ending> {
  const { io } = context
  const flags = schema.parse(given)
  if (!flags.yes && !io.ask) return err(nobodyToAsk(foreseeFirst(words)))
  const cluster = await context.connect()
  if (!cluster.ok) return cluster
  const reading = { transport: cluster.value.transport, signal: io.interrupted }
  const from = parseTargets(words, flags.namespace ?? cluster.value.namespace)
  if (!from.ok) return from
  const place = await findPlace(reading, flags.namespace)
  if (!place.ok) return place
  const planned = planOf(io, flags, from.value, place.value)
  const existing = await findExisting(reading, place.value.resource, planned)
  if (!existing.ok) return existing
  const scope = { selector: flags.selector, namespace: planned.forAllRoutes ? undefined : planned.namespace }
  const snapshot = await takeSnapshot(reading, scope, io)
  if (!snapshot.ok) return snapshot
  if (snapshot.value.leftOut !== undefined) io.stderr.write(`${snapshot.value.leftOut}\n`)
  const unused = findUnused(from.value, snapshot.value)
  if (!unused.ok) return unused
  const foreseen = foresee(snapshot.value, { drains: [planned] })
  if (flags.output === 'table') {
    const { fates, totals } = foreseen
    io.stdout.write(`${effectsText(fates, totals, paletteFor(io.stdout, io.env))}\n`)
  }
  if (!flags.yes && !(await isConfirmed(io, `Drain ${scopeText(planned)}?`))) return err(notWanted)
  const written = await writeDrain(reading, place.value.resource, planned, existing.value)
  if (!written.ok) return written
  io.stdout.write(await said(planned, foreseen, flags.output))
  return ok(exitCodes.ok)
}

const foreseeFirst = (words: readonly string[]): string =>
  `see what would happen with what-if --drain ${words.join(',')}, then run it again with --yes`

const notWanted = badAnswer('nothing is drained', 'answer y, or use --yes')

interface Place {
  readonly resource: Resource
  readonly namespace: string
  readonly forAllRoutes: boolean
}

/** Where the Drain has to be; a failure if nothing would follow it. */
async function findPlace(reading: Reading, namespace: string | undefined): Promise<Result<Place, Failure>> {
  const resource = await new DiscoverySnapshot(reading).find(drainNames)
  if (!resource.ok) return err(refused(resource.error))
  const how = `upgrade it with --set policies.enabled=true`
  if (!resource.value) return err(badAnswer('the cluster does not serve the kind Drain', how))
  const root = await findRoot(reading)
  if (root.namespace === undefined) return err(badAnswer('the operator does not follow Drains', how))
  if (root.doubt !== undefined && namespace === undefined) {
    const message = `it is not known which namespace is that of the operator: ${root.doubt}`
    return err(
      badAnswer(message, 'choose it with --namespace; of any other, only its own routes are drained'),
    )
  }
  const place = namespace ?? root.namespace
  return ok({ resource: resource.value, namespace: place, forAllRoutes: place === root.namespace })
}

function planOf(io: Io, flags: DrainFlags, from: readonly DrainTarget[], place: Place): Planned {
  const { namespace, forAllRoutes } = place
  const { reason, lastResort } = flags
  const until = Date.parse(timeIn(io.clock, flags.for))
  return {
    namespace,
    name: flags.name ?? nameFor(from),
    spec: { from, until, reason, lastResort },
    forAllRoutes,
  }
}

/** After what is drained: `east`, `shop-web`. The longest name of an object has 253 characters. */
const nameFor = (from: readonly DrainTarget[]): string =>
  from
    .map((target) => ('cluster' in target ? target.cluster : target.service.replace('/', '-')).toLowerCase())
    .join('-')
    .slice(0, 253)
    .replace(/[-.]+$/, '')

const scopeText = ({ namespace, spec, forAllRoutes }: Planned): string => {
  const whose = forAllRoutes ? 'all routes' : `the routes of namespace ${namespace}`
  const until = new Date(spec.until).toISOString().replace('.000', '')
  return `${spec.from.map(targetText).join(', ')} for ${whose} until ${until}`
}

async function said(planned: Planned, { routes, totals }: Foreseen, output: DrainFlags['output']) {
  const { namespace, name, spec, forAllRoutes } = planned
  if (output === 'table') return `Drain ${namespace}/${name} takes out ${scopeText(planned)}\n`
  const rootNamespace = forAllRoutes ? namespace : programName
  const head = { namespace, name, uid: '', generation: 0, createdAt: undefined, problem: undefined }
  const drain = drainItem({ ...head, spec, status: undefined }, { rootNamespace }, 0)
  return renderData(output, { drain, whatIf: { routes, totals } })
}
