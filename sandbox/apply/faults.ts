import { asList, type Json } from '../json.ts'
import type { Resource } from '../kinds.ts'
import type { KubeObject } from '../object.ts'
import { prune } from '../schema.ts'
import { pathText } from './field-sets.ts'
import { keysOf, partsOf, type Shape } from './shapes.ts'

/** What keeps an object from being applied: fields that its kind does not have, and items that cannot be told apart. */
export function faultsOf({ version }: Resource, shape: Shape, config: KubeObject): string[] {
  const unknown: string[] = []
  if (version.schema) prune(version.schema, config, unknown)
  return [
    ...unknown.map((path) => `.${path}: field not declared in schema`),
    ...itemFaults(shape, config, ''),
  ]
}

function itemFaults(shape: Shape, value: Json, path: string): string[] {
  const parts = partsOf(shape, value)
  const inner = [...(parts ?? [])].flatMap(([step, part]) =>
    itemFaults(part.shape, part.value, path + pathText(step)),
  )
  return parts && Array.isArray(value) ? [...keyFaults(shape, value, path), ...inner] : inner
}

function keyFaults(shape: Shape, list: Json[], path: string): string[] {
  const seen = new Set<string>()
  return list.flatMap((item, index) => {
    const missing = Object.entries(keysOf(shape, item)).find(([, value]) => value === undefined)?.[0]
    if (missing !== undefined)
      return `${path}: element ${index}: associative list with keys has an element that omits key field "${missing}" (and doesn't have default value)`
    const [step = ''] = partsOf(shape, asList([item]))?.keys() ?? []
    const isTwice = seen.has(step)
    seen.add(step)
    return isTwice ? `${path}: duplicate entries for key ${pathText(step)}` : []
  })
}
