import * as z from 'zod'
import { ok, type Result } from '../../base/result.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { exitCodes, type Failure } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'
import { paletteFor, renderData } from '../output.ts'
import { type FoundRoute, findRoute, parseRouteRef } from '../route-ref.ts'
import { appliedTo } from './applied.ts'
import { policyText } from './text.ts'

const schema = z.object({
  namespace: z.string().optional(),
  selector: z.string(),
  output: z.enum(['table', 'json', 'yaml']),
})

/** Prints which policy applies to a route, and where each section of it comes from. */
export async function showPolicy(
  { io, connect }: Context,
  [text = '']: readonly string[],
  given: Flags,
): Promise<Ending> {
  const flags = schema.parse(given)
  const ref = parseRouteRef(text)
  if (!ref.ok) return ref
  const cluster = await connect()
  if (!cluster.ok) return cluster
  const reading = { transport: cluster.value.transport, signal: io.interrupted }
  const found = await findRoute(reading, ref.value, flags.namespace || cluster.value.namespace)
  if (!found.ok) return found
  const controlled = await isControlled(reading, found.value, flags.selector)
  if (!controlled.ok) return controlled
  const applied = appliedTo(found.value.route, controlled.value, io.clock.wallTime().getTime())
  io.stdout.write(
    flags.output === 'table'
      ? policyText(applied, paletteFor(io.stdout, io.env))
      : await renderData(flags.output, applied),
  )
  return ok(exitCodes.ok)
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
