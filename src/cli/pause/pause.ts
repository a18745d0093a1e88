import * as z from 'zod'
import type { RouteItem } from '../../api/schema.ts'
import { ok, type Result } from '../../base/result.ts'
import { routeTitle } from '../../routes/key.ts'
import { readMetadata } from '../../routes/metadata.ts'
import {
  pausedAnnotation,
  pausedByAnnotation,
  pausedReasonAnnotation,
  pausedUntilAnnotation,
} from '../../routes/route.ts'
import { annotateRoute } from '../annotate.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { exitCodes, type Failure } from '../failure.ts'
import type { Reading } from '../listing.ts'
import { readMyName } from '../myself.ts'
import { renderData } from '../output.ts'
import { type FoundRoute, findRoute, type RouteRef, readRouteRefs } from '../route-ref.ts'
import { timeIn } from '../until.ts'

const schema = z.object({
  namespace: z.string().optional(),
  for: z.number().optional(),
  reason: z
    .string()
    .optional()
    .transform((text) => text?.trim() || undefined),
  output: z.enum(['table', 'json', 'yaml']),
})

/** The annotations of a pause; null takes one away. */
type Wanted = Readonly<Record<string, string | null>>

const noPause: Wanted = {
  [pausedAnnotation]: null,
  [pausedUntilAnnotation]: null,
  [pausedByAnnotation]: null,
  [pausedReasonAnnotation]: null,
}

/** What is said of a route, by its annotations before. */
interface Words {
  readonly unchanged: string
  readonly changed: (before: Readonly<Record<string, string>>) => string
}

/** What has become of a route, in the words of the JSON API. */
interface RoutePause extends Pick<RouteItem, 'kind' | 'namespace' | 'name' | 'pause'> {
  readonly changed: boolean
}

/** What a command writes to each route, and how it is shown. */
interface Change {
  readonly wanted: Wanted
  readonly words: Words
  /** The pause after it, as the JSON API has it. */
  readonly pause: RouteItem['pause']
}

/** Pauses each of the named routes, for as long as the flags say. */
export async function pauseRoutes(context: Context, names: readonly string[], given: Flags): Promise<Ending> {
  const { for: forMs, reason } = schema.parse(given)
  const until = forMs === undefined ? undefined : timeIn(context.io.clock, forMs)
  const hasDetails = until !== undefined || reason !== undefined
  return annotate(context, names, given, async (reading) => {
    const by = hasDetails ? await readMyName(reading) : undefined
    return {
      wanted: {
        ...noPause,
        [pausedAnnotation]: 'true',
        [pausedUntilAnnotation]: until ?? null,
        [pausedReasonAnnotation]: reason ?? null,
        [pausedByAnnotation]: by ?? null,
      },
      words: {
        unchanged: 'was paused already',
        changed: () =>
          `is paused${until === undefined ? '' : ` until ${until}`}: its weights stay as they are`,
      },
      pause: {
        until: until === undefined ? null : new Date(until).toISOString(),
        by: by ?? null,
        reason: reason ?? null,
      },
    }
  })
}

/** Ends the pause of each of the named routes. */
export async function resumeRoutes(
  context: Context,
  names: readonly string[],
  given: Flags,
): Promise<Ending> {
  const changed: Words['changed'] = ({ [pausedAnnotation]: value }) => {
    if (value === 'true') return 'is resumed'
    if (value === undefined) return 'was not paused; what was left of an earlier pause is removed'
    return `is resumed (its annotation had the value ${JSON.stringify(value)}, which does not pause a route)`
  }
  return annotate(context, names, given, async () => ({
    wanted: noPause,
    words: { unchanged: 'was not paused', changed },
    pause: null,
  }))
}

/**
 * Writes these annotations to each of the named routes, and says what it did. All names are read before the first
 * write, so a mistyped one changes nothing. What is so already is not written again.
 */
async function annotate(
  { io, connect }: Context,
  names: readonly string[],
  given: Flags,
  decide: (reading: Reading) => Promise<Change>,
): Promise<Ending> {
  const refs = await readRouteRefs(names, { io, connect })
  if (!refs.ok) return refs
  const cluster = await connect()
  if (!cluster.ok) return cluster
  const reading = { transport: cluster.value.transport, signal: io.interrupted }
  const { output, ...flags } = schema.parse(given)
  const namespace = flags.namespace || cluster.value.namespace
  const routes = await findAll(reading, refs.value, namespace)
  if (!routes.ok) return routes
  const { wanted, words, pause } = await decide(reading)
  const written: RoutePause[] = []
  for (const { route, resource, object } of routes.value) {
    const before = readMetadata(object).annotations
    const isSo = Object.entries(wanted).every(([key, value]) => (before[key] ?? null) === value)
    const answer = isSo ? ok(undefined) : await annotateRoute(reading, { route, resource }, wanted)
    if (!answer.ok) return answer
    const { kind, namespace, name } = route
    written.push({ kind, namespace, name, changed: !isSo, pause })
    if (output === 'table')
      io.stdout.write(`${routeTitle(route)} ${isSo ? words.unchanged : words.changed(before)}\n`)
  }
  if (output !== 'table') io.stdout.write(await renderData(output, { routes: written }))
  return ok(exitCodes.ok)
}

async function findAll(
  reading: Reading,
  refs: readonly RouteRef[],
  namespace: string,
): Promise<Result<FoundRoute[], Failure>> {
  const routes: FoundRoute[] = []
  for (const ref of refs) {
    const found = await findRoute(reading, ref, namespace)
    if (!found.ok) return found
    routes.push(found.value)
  }
  return ok(routes)
}
