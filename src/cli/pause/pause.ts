import * as z from 'zod'
import { programName } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { resourcePath } from '../../kube/resource.ts'
import { routeTitle } from '../../routes/key.ts'
import { readMetadata } from '../../routes/metadata.ts'
import { pausedAnnotation } from '../../routes/route.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { exitCodes, type Failure, refused } from '../failure.ts'
import type { Reading } from '../listing.ts'
import { type FoundRoute, findRoute, parseRouteRef, type RouteRef } from '../route-ref.ts'

const schema = z.object({ namespace: z.string().optional() })

/** The field manager that the API server records for the writes of this command. */
const fieldManager = `${programName}-cli`

/**
 * Pauses or resumes each of the named routes, and says what it did. All names are read before the first
 * write, so a mistyped one changes nothing. What is so already is not written again.
 */
export async function setPaused(
  { io, connect }: Context,
  names: readonly string[],
  given: Flags,
  paused: boolean,
): Promise<Ending> {
  const refs: RouteRef[] = []
  for (const name of names) {
    const ref = parseRouteRef(name)
    if (!ref.ok) return ref
    refs.push(ref.value)
  }
  const cluster = await connect()
  if (!cluster.ok) return cluster
  const reading = { transport: cluster.value.transport, signal: io.interrupted }
  const namespace = schema.parse(given).namespace || cluster.value.namespace
  const routes: FoundRoute[] = []
  for (const ref of refs) {
    const found = await findRoute(reading, ref, namespace)
    if (!found.ok) return found
    routes.push(found.value)
  }
  for (const route of routes) {
    const said = await apply(reading, route, paused)
    if (!said.ok) return said
    io.stdout.write(`${said.value}\n`)
  }
  return ok(exitCodes.ok)
}

/** Writes the annotation of one route where it must change; answers with what was done. */
async function apply(
  { transport, signal }: Reading,
  { route, resource, object }: FoundRoute,
  paused: boolean,
): Promise<Result<string, Failure>> {
  const name = routeTitle(route)
  const value = readMetadata(object).annotations[pausedAnnotation]
  if (paused && value === 'true') return ok(`${name} was paused already`)
  if (!paused && value === undefined) return ok(`${name} was not paused`)
  const answer = await transport.request({
    method: 'PATCH',
    path: resourcePath(resource, route.namespace, route.name),
    query: { fieldManager },
    contentType: 'application/merge-patch+json',
    body: { metadata: { annotations: { [pausedAnnotation]: paused ? 'true' : null } } },
    signal,
  })
  if (!answer.ok) return err(refused(answer.error))
  if (paused) return ok(`${name} is paused: its weights stay as they are`)
  const meant =
    value === 'true'
      ? ''
      : ` (its annotation had the value ${JSON.stringify(value)}, which does not pause a route)`
  return ok(`${name} is resumed${meant}`)
}
