import type { Resource } from './kinds.ts'
import type { Registry } from './registry.ts'
import { badRequest, methodNotAllowed } from './status.ts'

/** What a client wants to do, in the words of RBAC. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

/** A request for objects, understood but not yet answered. */
export type Call = {
  verb: Verb
  resource: Resource
  namespace: string | undefined
  name: string | undefined
  subresource: string | undefined
  query: URLSearchParams
  headers: { accept: string; contentType: string }
  body: string
}

export type Target = Pick<Call, 'resource' | 'namespace' | 'name' | 'subresource'>

/** Splits a path into what it addresses; undefined when nothing of that name is served. */
export function targetOf(registry: Registry, path: string): Target | undefined {
  const [root, ...segments] = path.split('/').filter(Boolean).map(decodeURIComponent)
  if (root !== 'api' && root !== 'apis') return undefined
  const group = root === 'apis' ? (segments.shift() ?? '') : ''
  const version = segments.shift() ?? ''
  const inNamespace = segments[0] === 'namespaces' && segments.length > 2 && !isSubresource(segments[2])
  const namespace = inNamespace ? segments[1] : undefined
  const [plural = '', name, subresource, ...more] = inNamespace ? segments.slice(2) : segments
  const resource = registry.find(group, version, plural)
  if (!resource || more.length > 0 || (namespace !== undefined && !resource.kind.namespaced)) return undefined
  return { resource, namespace, name, subresource }
}

const isSubresource = (segment: string | undefined) => segment === 'status' || segment === 'finalize'

const named: Record<string, Verb> = { GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }
const unnamed: Record<string, Verb> = { GET: 'list', POST: 'create', DELETE: 'deletecollection' }

/** The verb of a method on a target, or 405. */
export function verbOf(method: string, target: Target, query: URLSearchParams): Verb {
  const verb = (target.name === undefined ? unnamed : named)[method]
  if (!verb) throw methodNotAllowed()
  if (verb !== 'list') return verb
  return ['1', 'true'].includes(query.get('watch') ?? '') ? 'watch' : 'list'
}

/** The namespace that a write to a namespaced kind names; listing may span all of them. */
export function requiredNamespace({ resource, namespace }: Target): string | undefined {
  if (resource.kind.namespaced && !namespace)
    throw badRequest('an empty namespace may not be set during creation')
  return namespace
}

export type LoggedRequest = {
  verb: Verb
  resource: string
  namespace: string | undefined
  name: string | undefined
  subresource: string | undefined
}

/** Which requests were made: counts of all, and the newest in full. */
export class RequestLog {
  readonly #counts = new Map<string, number>()
  recent: LoggedRequest[] = []

  add({ verb, resource, namespace, name, subresource }: Call): void {
    const plural = resource.kind.plural
    const key = `${verb} ${plural}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    this.recent.push({ verb, resource: plural, namespace, name, subresource })
    if (this.recent.length > 20_000) this.recent = this.recent.slice(-10_000)
  }

  /** How many requests there were with a verb, for a resource (by its plural), or both. */
  count(wanted: { verb?: Verb; resource?: string } = {}): number {
    let sum = 0
    for (const [key, count] of this.#counts) {
      const [verb, resource] = key.split(' ')
      if ((wanted.verb ?? verb) === verb && (wanted.resource ?? resource) === resource) sum += count
    }
    return sum
  }

  clear(): void {
    this.#counts.clear()
    this.recent = []
  }
}
