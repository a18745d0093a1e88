import { objectNamePattern } from '../base/names.ts'
import { err, ok, type Result } from '../base/result.ts'
import { DiscoverySnapshot } from '../kube/discovery.ts'
import { type Resource, resourcePath } from '../kube/resource.ts'
import { codecs } from '../routes/codecs.ts'
import type { Route, RouteCodec } from '../routes/route.ts'
import type { Context } from './command.ts'
import { badAnswer, type Failure, refused, withFlag, wrongUsage } from './failure.ts'
import type { Cluster } from './io.ts'
import type { Reading } from './listing.ts'

/** A route as a user names it. */
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

/** Short names that the definitions of the kinds give them; those of the Gateway API have none. */
const shortNames: Readonly<Record<string, string>> = { ts: 'trafficsplit' }

const known = () => codecs.map(({ kind }) => kind.toLowerCase()).join(', ')

function onlyOne([ref, other]: readonly RouteRef[], words: readonly string[]): Result<RouteRef, Failure> {
  if (ref && !other) return ok(ref)
  const named = words.map((word) => `"${word}"`).join(' and ')
  return err(wrongUsage(`${named} are two routes`, 'name one, for example trafficsplit web'))
}

/**
 * The routes that words name, each by itself (`KIND/NAME`, or `NAME` for any kind) or, as kubectl has it, all after one
 * kind: `KIND NAME NAME`.
 */
export function parseRouteRefs(words: readonly string[]): Result<RouteRef[], Failure> {
  const [kind = '', ...names] = words
  const isKindFirst = names.length > 0 && !kind.includes('/') && kindsNamed(kind).length > 0
  const other = names.find((name) => name.includes('/'))
  if (isKindFirst && other !== undefined)
    return err(
      wrongUsage(`"${kind}" is a kind, and "${other}" names another`, 'write KIND NAME or KIND/NAME'),
    )
  const refs: RouteRef[] = []
  for (const text of isKindFirst ? names.map((name) => `${kind}/${name}`) : words) {
    const ref = parseOne(text)
    if (!ref.ok) return ref
    refs.push(ref.value)
  }
  return ok(refs)
}

/** The same, also by the short names that the cluster has for the kinds. It is asked if a word may be one of them. */
export async function readRouteRefs(
  words: readonly string[],
  { io, connect }: Pick<Context, 'io' | 'connect'>,
): Promise<Result<RouteRef[], Failure>> {
  if (!words.some((word, index) => isStrangeKind(word, index, words.length))) return parseRouteRefs(words)
  const cluster = await connect()
  if (!cluster.ok) return parseRouteRefs(words)
  const discovery = new DiscoverySnapshot({ transport: cluster.value.transport, signal: io.interrupted })
  const names = await shortNamesIn(discovery)
  return parseRouteRefs(
    words.map((word, index) => {
      const [kind = '', ...rest] = word.split('/')
      const named = isStrangeKind(word, index, words.length) ? names.get(kind.toLowerCase()) : undefined
      return named === undefined ? word : [named, ...rest].join('/')
    }),
  )
}

/** The one route that words name, also by such short names. */
export async function readRouteRef(
  words: readonly string[],
  context: Pick<Context, 'io' | 'connect'>,
): Promise<Result<RouteRef, Failure>> {
  const refs = await readRouteRefs(words, context)
  return refs.ok ? onlyOne(refs.value, words) : refs
}

/** It is where a kind is named, and we know no such kind. */
function isStrangeKind(word: string, index: number, count: number): boolean {
  const [kind = '', ...rest] = word.split('/')
  return rest.length === 1
    ? kindsNamed(kind).length === 0
    : index === 0 && count > 1 && kindsNamed(word).length === 0
}

/** By short name, in full; of one that several kinds have, the first of them, as kubectl does. */
async function shortNamesIn(discovery: DiscoverySnapshot): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  for (const codec of codecs) {
    const found = await discovery.shortNames(codec)
    for (const name of found.ok ? found.value : [])
      if (!names.has(name)) names.set(name, `${codec.plural}.${codec.group}`)
  }
  return names
}

function parseOne(text: string): Result<RouteRef, Failure> {
  const parts = text.split('/')
  const name = parts.at(-1) ?? ''
  if (parts.length > 2 || !objectNamePattern.test(name) || parts[0] === '') {
    return err(
      wrongUsage(`"${text}" is not the name of a route`, 'write KIND/NAME, for example trafficsplit/web'),
    )
  }
  if (parts.length === 1) return ok({ text, name, codecs })
  const named = kindsNamed(parts[0] ?? '')
  if (named.length > 0) return ok({ text, name, codecs: named })
  return err(wrongUsage(`"${parts[0]}" is not a kind of route`, `the kinds are: ${known()}`))
}

/**
 * The kinds that kubectl would take a word for: `TrafficSplit`, `trafficsplits`, `ts`, also with `.GROUP`, the
 * beginning of the group, or `.VERSION.GROUP`.
 */
function kindsNamed(text: string): RouteCodec[] {
  const [word = '', ...rest] = text.toLowerCase().split('.')
  const [version = '', ...group] = rest
  const kind = shortNames[word] ?? word
  const named = codecs.filter(({ objectKind, plural }) => [objectKind.toLowerCase(), plural].includes(kind))
  const isOf = (codec: RouteCodec) =>
    codec.group.startsWith(rest.join('.')) ||
    (codec.versions.includes(version) && codec.group === group.join('.'))
  const exact = named.filter((codec) => codec.group === rest.join('.'))
  return exact.length > 0 ? exact : named.filter(isOf)
}

/** The route that a command is about, and by what it was found. */
export interface NamedRoute extends FoundRoute {
  readonly cluster: Cluster
  readonly reading: Reading
  readonly discovery: DiscoverySnapshot
}

/** Reads the one route that words name, in this namespace or, without one, in that of the context. */
export async function findNamedRoute(
  { io, connect }: Context,
  words: readonly string[],
  namespace: string | undefined,
): Promise<Result<NamedRoute, Failure>> {
  const ref = await readRouteRef(words, { io, connect })
  if (!ref.ok) return ref
  const cluster = await connect()
  if (!cluster.ok) return cluster
  const reading = { transport: cluster.value.transport, signal: io.interrupted }
  const discovery = new DiscoverySnapshot(reading)
  const found = await findRoute(reading, ref.value, namespace || cluster.value.namespace, discovery)
  return found.ok ? ok({ ...found.value, cluster: cluster.value, reading, discovery }) : found
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
  const way = withFlag('namespace', 'choose the namespace with --namespace')
  return err(badAnswer(message, 'list the routes with linkerd-failover status -A', way))
}
