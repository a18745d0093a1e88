import * as z from 'zod'
import { ok, type Result } from '../../base/result.ts'
import type { PolicySections } from '../../core/policy/sections.ts'
import type { Split } from '../../core/types.ts'
import { objectKey } from '../../policies/object.ts'
import { placeOfRoute } from '../../routes/policy/place.ts'
import type { Route } from '../../routes/route.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { drainsConcerning } from '../drains/concerning.ts'
import { indexOf, readDrains } from '../drains/read-drains.ts'
import { exitCodes, type Failure } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'
import { paletteFor, renderData } from '../output.ts'
import { readPolicies, withPolicies } from '../policies/read-policies.ts'
import { wouldNow } from '../policies/would.ts'
import { noProgress } from '../progress.ts'
import { type FoundRoute, findNamedRoute, type NamedRoute } from '../route-ref.ts'
import { namespacesOf, readServices } from '../snapshot.ts'
import { appliedTo } from './applied.ts'
import type { AppliedPolicy } from './applied-policy.ts'
import { passedOver } from './passed-over.ts'
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
  const { reading } = found.value
  const controlled = await isControlled(reading, found.value, flags.selector)
  if (!controlled.ok) return controlled
  const today = io.clock.wallTime().getTime()
  const read = await readOwnKinds(found.value, today)
  if (!read.ok) return read
  for (const line of read.value.unseen) io.stderr.write(`${line}\n`)
  const { drains, dryRuns, passedOver, applied: withPolicy } = read.value
  const asked = appliedTo(withPolicy, controlled.value, today, read.value)
  const applied = { ...asked, dryRuns, passedOver, drains }
  io.stdout.write(
    flags.output === 'table'
      ? policyText(applied, paletteFor(io.stdout, io.env), today)
      : await renderData(flags.output, applied),
  )
  return ok(exitCodes.ok)
}

interface OwnKindsRead extends Pick<AppliedPolicy, 'drains' | 'dryRuns' | 'passedOver'> {
  readonly policies: PolicySections | undefined
  readonly dryRunOf: (split: Split) => string | null
  /** The route with what policies ask for. */
  readonly applied: Route
  readonly unseen: readonly string[]
}

/** Services are read only if there are Drains or policies. */
async function readOwnKinds(
  { reading, route, discovery }: NamedRoute,
  today: number,
): Promise<Result<OwnKindsRead, Failure>> {
  const [drained, read] = await Promise.all([
    readDrains(reading, route.namespace, discovery),
    readPolicies(reading, route.namespace, discovery),
  ])
  const unseen = [...new Set([...drained.unseen, ...read.unseen])]
  const place = placeOfRoute(route)
  const policies = read.index.of(place)
  const dryRuns = read.index.dryRunsOf(place).map(objectKey)
  const named = { dryRuns, passedOver: await passedOver(reading, route, read, discovery) }
  if (drained.drains.length === 0 && policies === undefined && dryRuns.length === 0)
    return ok({ ...named, drains: [], policies, dryRunOf: () => null, applied: route, unseen })
  const services = await readServices(reading, namespacesOf([route]), noProgress)
  if (!services.ok) return services
  const index = indexOf(drained, services.value, today)
  const drains = drainsConcerning(route, { ...drained, index }, today)
  const around = { today, drained: index.of(route.namespace) }
  const dryRunOf = (split: Split) => wouldNow(split, services.value.readiness, around)
  const applied = withPolicies(route, read, services.value)
  return ok({ ...named, drains, policies, dryRunOf, applied, unseen })
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
