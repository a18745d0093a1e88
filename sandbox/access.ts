import type { Resource } from './kinds.ts'
import { type KubeObject, key, parseObject, withMeta } from './object.ts'
import type { LoggedRequest, RequestLog, Verb } from './requests.ts'
import type { World } from './world.ts'
import { create, read, remove, update } from './writes.ts'

/**
 * The objects of a sandbox, for tests in the same process: the rules of the API without HTTP.
 * Resources are named by their plural (`trafficsplits`), or `plural.group` where that is ambiguous,
 * and objects are in their stored version.
 */
export class Access {
  readonly #world: World
  readonly #log: RequestLog

  constructor(world: World, log: RequestLog) {
    this.#world = world
    this.#log = log
  }

  get resourceVersion(): string {
    return String(this.#world.store.version)
  }

  get(resource: string, namespace: string, name: string): KubeObject | undefined {
    const { kind } = this.#named(resource)
    return this.#world.store.get(kind, key(kind.namespaced ? namespace : undefined, name))
  }

  list(resource: string, namespace?: string): KubeObject[] {
    return this.#world.store.list(this.#named(resource).kind, namespace)
  }

  /** Creates an object; its namespace comes with it if it is new. */
  create(object: KubeObject): KubeObject {
    const resource = this.#ofObject(object)
    const clean = parseObject(object, object)
    const namespace = resource.kind.namespaced ? (object.metadata.namespace ?? 'default') : undefined
    if (namespace && !this.get('namespaces', '', namespace)) {
      this.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    }
    return create(this.#world, resource, namespace, clean)
  }

  /** Replaces an object, status and all; without a resourceVersion it overwrites whatever is there. */
  update(object: KubeObject): KubeObject {
    const resource = this.#ofObject(object)
    const { namespace, name } = object.metadata
    const old = read(this.#world, resource.kind, resource.kind.namespaced ? namespace : undefined, name)
    const resourceVersion = object.metadata.resourceVersion ?? old.metadata.resourceVersion ?? ''
    const next = withMeta(parseObject(object, object), { resourceVersion })
    const kind = { ...resource.kind, subresources: [] }
    return update(this.#world, { ...resource, kind }, old, next)
  }

  /** Deletes an object; false if there was none. */
  delete(resource: string, namespace: string, name: string): boolean {
    const { kind } = this.#named(resource)
    const object = this.get(resource, namespace, name)
    if (object) remove(this.#world, kind, object, undefined)
    return object !== undefined
  }

  /** How many requests came from outside since the start or `clearRequests`. */
  requests(wanted: { verb?: Verb; resource?: string } = {}): number {
    return this.#log.count(wanted)
  }

  /** The newest requests, oldest first. */
  requestLog(): readonly LoggedRequest[] {
    return this.#log.recent
  }

  clearRequests(): void {
    this.#log.clear()
  }

  #named(name: string): Resource {
    const resource = this.#world.registry.named(name)
    if (!resource) throw new Error(`the sandbox does not serve ${name}`)
    return resource
  }

  #ofObject(object: KubeObject): Resource {
    const resource = this.#world.registry.ofObject(object)
    if (!resource) throw new Error(`the sandbox does not serve ${object.kind} in ${object.apiVersion}`)
    return resource
  }
}
