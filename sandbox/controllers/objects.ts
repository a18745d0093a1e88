import { equal } from '../json.ts'
import type { Resource } from '../kinds.ts'
import { type KubeObject, key } from '../object.ts'
import type { World } from '../world.ts'
import { create, remove, update, type WriteOptions } from '../writes.ts'

/** A resource that every sandbox has. */
export function builtin(world: World, id: string): Resource {
  const resource = world.registry.named(id)
  if (!resource) throw new Error(`no kind ${id}`)
  return resource
}

export function find(world: World, id: string, namespace: string, name: string): KubeObject | undefined {
  return world.store.get(builtin(world, id).kind, key(namespace, name))
}

export function listOf(world: World, id: string, namespace: string): KubeObject[] {
  return world.store.list(builtin(world, id).kind, namespace)
}

/** Creates or updates an object so that it is as wanted, unless `same` says that it already is. */
export function ensure(
  world: World,
  id: string,
  wanted: KubeObject,
  same: (old: KubeObject, wanted: KubeObject) => boolean = equal,
): void {
  const { namespace = '', name } = wanted.metadata
  const old = find(world, id, namespace, name)
  const resource = builtin(world, id)
  if (!old) create(world, resource, namespace, wanted)
  else if (!same(old, wanted)) replace(world, id, old, wanted)
}

export function replace(
  world: World,
  id: string,
  old: KubeObject,
  next: KubeObject,
  options: WriteOptions = {},
): void {
  update(world, builtin(world, id), old, next, options)
}

export function discard(world: World, id: string, object: KubeObject): void {
  remove(world, builtin(world, id).kind, object, undefined)
}
