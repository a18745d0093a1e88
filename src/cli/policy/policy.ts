import * as z from 'zod'
import { ok, type Result } from '../../base/result.ts'
import type { Route } from '../../routes/route.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { drainsConcerning, type RouteDrain } from '../drains/concerning.ts'
import { indexOf, readDrains } from '../drains/read-drains.ts'
import { exitCodes, type Failure } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'
import { paletteFor, renderData } from '../output.ts'
import { noProgress } from '../progress.ts'
import { type FoundRoute, findNamedRoute } from '../route-ref.ts'
import { namespacesOf, readServices } from '../snapshot.ts'
import { appliedTo } from './applied.ts'
import { policyText } from './text.ts'

const schema = z.object({
  namespace: z.string().optional(),
  selector: z.string(),
  output: z.enum(['table', 'json', 'yaml']),
})

/** Prints which policy applies to a route, and where each section of it comes from. */
export async function showPolicy(context: Context, words: readonly string[], given: Flags): Promise<Ending> {
  const flags = schema.parse(given)
  const found = await findNamedRoute(context, words, flags.namespace)
  if (!found.ok) return found
  const { io } = context
  const { reading, route } = found.value
  const controlled = await isControlled(reading, found.value, flags.selector)
  if (!controlled.ok) return controlled
  const today = io.clock.wallTime().getTime()
  const drained = await readDrainsOf(reading, route, today)
  if (!drained.ok) return drained
  for (const line of drained.value.unseen) io.stderr.write(`${line}\n`)
  const { drains } = drained.value
  const applied = { ...appliedTo(route, controlled.value, today), drains }
  io.stdout.write(
    flags.output === 'table'
      ? policyText(applied, paletteFor(io.stdout, io.env), today)
      : await renderData(flags.output, applied),
  )
  return ok(exitCodes.ok)
}

/** Services are read only if there are Drains. */
async function readDrainsOf(
  reading: Reading,
  route: Route,
  today: number,
): Promise<Result<{ drains: readonly RouteDrain[]; unseen: readonly string[] }, Failure>> {
  const read = await readDrains(reading, route.namespace)
  const { unseen } = read
  if (read.drains.length === 0) return ok({ drains: [], unseen })
  const services = await readServices(reading, namespacesOf([route]), noProgress)
  if (!services.ok) return services
  const index = indexOf(read, services.value, today)
  return ok({ drains: drainsConcerning(route, { ...read, index }, today), unseen })
}

/** The API server alone knows all forms of selectors. */
async function isControlled(
  reading: Reading,
  { route: { namespace, name }, resource }: FoundRoute,
  labelSelector: string,
): Promise<Result<boolean, Failure>> {
  const listing = { resource, namespace, labelSelector, fieldSelector: `metadata.name=${name}` }
  const selected = await listAs(reading, listing, (object) => object)
  return selected.ok ? ok(selected.value.length > 0) : selected
}
