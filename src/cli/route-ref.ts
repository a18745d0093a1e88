import { err, ok, type Result } from '../base/result.ts'
import { DiscoverySnapshot } from '../kube/discovery.ts'
import { type Resource, resourcePath } from '../kube/resource.ts'
import { codecs } from '../routes/codecs.ts'
import type { Route, RouteCodec } from '../routes/route.ts'
import { badAnswer, type Failure, refused, wrongUsage } from './failure.ts'
import type { Reading } from './listing.ts'

/** A route as a user names it: `KIND/NAME`, or `NAME` alone for any kind. */
export interface RouteRef {
  readonly text: string
  readonly name: string
  /** The kinds that it may be of, in the order in which they are looked up. */
  readonly codecs: readonly RouteCodec[]
}

/** A route that was found, and the resource that serves it. */
export interface FoundRoute {
  readonly route: Route
  readonly resource: Resource
  /** As the server has it. */
  readonly object: unknown
}

/** Short names that the definitions of the kinds give them. */
const shortNames: Readonly<Record<string, string>> = { ts: 'trafficsplit' }

const known = () => codecs.map(({ kind }) => kind.toLowerCase()).join(', ')

/** Understands kinds as kubectl does: `TrafficSplit`, `trafficsplits`, `ts`, with or without `.GROUP`. */
export function parseRouteRef(text: string): Result<RouteRef, Failure> {
  const parts = text.split('/')
  const name = parts.at(-1) ?? ''
  if (parts.length > 2 || name === '' || parts[0] === '') {
    return err(
      wrongUsage(`"${text}" is not the name of a route`, 'write KIND/NAME, for example trafficsplit/web'),
    )
  }
  if (parts.length === 1) return ok({ text, name, codecs })
  const word = (parts[0] ?? '').toLowerCase()
  const kind = shortNames[word] ?? word
  const named = codecs.filter((codec) => namesOf(codec).includes(kind))
  if (named.length > 0) return ok({ text, name, codecs: named })
  return err(wrongUsage(`"${parts[0]}" is not a kind of route`, `the kinds are: ${known()}`))
}

function namesOf({ objectKind, plural, group }: RouteCodec): string[] {
  const singular = objectKind.toLowerCase()
  return [singular, plural, `${singular}.${group}`, `${plural}.${group}`]
}

/** Reads the route that a reference names. */
export async function findRoute(
  reading: Reading,
  ref: RouteRef,
  namespace: string,
  discovery = new DiscoverySnapshot(reading),
): Promise<Result<FoundRoute, Failure>> {
  const { transport, signal } = reading
  for (const codec of ref.codecs) {
    const resource = await discovery.find(codec)
    if (!resource.ok) return err(refused(resource.error))
    if (!resource.value) continue
    const path = resourcePath(resource.value, namespace, ref.name)
    const answer = await transport.request({ method: 'GET', path, signal })
    if (answer.ok)
      return ok({ route: codec.read(answer.value), resource: resource.value, object: answer.value })
    if (answer.error.kind !== 'notFound') return err(refused(answer.error))
  }
  const message = `${ref.text} does not exist in namespace ${namespace}`
  const way = { flags: ['namespace'], text: 'choose the namespace with --namespace' }
  return err({ ...badAnswer(message, 'list the routes with linkerd-failover status -A'), way })
}
