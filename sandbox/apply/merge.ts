import { equal, isObject, type Json, type JsonObject } from '../json.ts'
import { below, type FieldSet, stepsOf } from './field-sets.ts'
import { isAlwaysThere, type Part, partsOf, type Shape, shapeAt } from './shapes.ts'

/** All fields of a value that somebody can own. */
export function fieldsOf(shape: Shape, value: Json): FieldSet {
  const fields = new Set<string>()
  const visit = (here: Json, its: Shape, path: string) => {
    const parts = partsOf(its, here)
    if (!parts) fields.add(path)
    for (const [step, part] of parts ?? []) {
      const inner = below(path, step)
      visit(part.value, part.shape, inner)
      if (!part.isNamed || isEmptyObject(part.value)) fields.add(inner)
    }
  }
  visit(value, shape, '')
  return fields
}

const isEmptyObject = (value: Json) => isObject(value) && Object.keys(value).length === 0

/** What a write changed. */
export type Comparison = { added: FieldSet; modified: FieldSet; removed: FieldSet }

/** Compares an object with what became of it. A part that comes or goes counts itself, and all that is inside. */
export function compare(shape: Shape, before: Json, after: Json): Comparison {
  const [added, modified, removed] = [new Set<string>(), new Set<string>(), new Set<string>()]
  const visit = (was: Json | undefined, is: Json | undefined, its: Shape, path: string) => {
    const [old, next] = isAlwaysThere(its) ? [was ?? {}, is ?? {}] : [was, is]
    if (equal(old, next)) return
    const parts = partsOfBoth(its, old, next)
    for (const [step, [oldPart, nextPart]] of parts ?? [])
      visit(oldPart, nextPart, shapeAt(its, step).shape, below(path, step))
    if (old === undefined) added.add(path)
    else if (next === undefined) removed.add(path)
    else if (!parts) modified.add(path)
  }
  visit(before, after, shape, '')
  return { added, modified, removed }
}

type Pair = [Json | undefined, Json | undefined]

/** The parts of two values by their steps; undefined for what is compared as a whole. */
function partsOfBoth(shape: Shape, old: Json | undefined, next: Json | undefined) {
  const [olds, nexts] = [partsOf(shape, old), partsOf(shape, next)]
  if ((old !== undefined && !olds) || (next !== undefined && !nexts)) return undefined
  const pairs = new Map<string, Pair>()
  for (const [step, { value }] of olds ?? []) pairs.set(step, [value, nexts?.get(step)?.value])
  for (const [step, { value }] of nexts ?? []) if (!pairs.has(step)) pairs.set(step, [undefined, value])
  return pairs.size === 0 ? undefined : pairs
}

/** A value with what is applied to it: nothing is removed, and lists that are merged get the order of what is applied. */
export function merged(shape: Shape, live: Json | undefined, applied: Json | undefined): Json | undefined {
  if (applied === undefined) return live
  const [lives, parts] = [partsOf(shape, live), partsOf(shape, applied)]
  if (!lives?.size || !parts?.size) return lives?.size && parts ? live : applied
  const children = mergedOrder([...lives.keys()], [...parts.keys()]).map(
    (step): [string, Json | undefined] => {
      const inner = shapeAt(shape, step).shape
      return [step, merged(inner, lives.get(step)?.value, parts.get(step)?.value)]
    },
  )
  return assembled(Array.isArray(applied), children)
}

/** Both lists as one: in the order of the second, and what is in the first alone where it was. */
function mergedOrder(first: string[], second: string[]): string[] {
  const shared = second.filter((step) => first.includes(step))
  const order: string[] = []
  let taken = 0
  for (const step of first) {
    const at = second.indexOf(step)
    if (at < 0) order.push(step)
    if (at < 0 || step !== shared[0]) continue
    order.push(...second.slice(taken, at + 1))
    shared.shift()
    taken = at + 1
  }
  return [...order, ...second.slice(taken)]
}

function assembled(isList: boolean, children: [string, Json | undefined][]): Json {
  const there = children.filter((child): child is [string, Json] => child[1] !== undefined)
  if (isList) return there.map(([, value]) => value)
  const object: JsonObject = Object.fromEntries(there.map(([step, value]) => [step.slice(2), value]))
  return object
}

/** A value without some of its fields; what has nothing left goes with them. */
export function withoutFields(shape: Shape, value: Json, gone: FieldSet, path = ''): Json | undefined {
  const parts = partsOf(shape, value)
  if (!parts?.size) return value
  const left: [string, Json | undefined][] = []
  for (const [step, part] of parts) {
    const inner = below(path, step)
    if (!gone.has(inner)) left.push([step, withoutFields(part.shape, part.value, gone, inner)])
  }
  return left.some(([, child]) => child !== undefined) ? assembled(Array.isArray(value), left) : undefined
}

/** A set with all members by name, of which something is in the set, in it themselves. */
export function withParents(shape: Shape, fields: FieldSet): FieldSet {
  const all = new Set(fields)
  for (const field of fields) {
    let [here, path] = [shape, '']
    for (const step of stepsOf(field).slice(0, -1)) {
      const part: Omit<Part, 'value'> = shapeAt(here, step)
      path = below(path, step)
      if (part.isNamed) all.add(path)
      here = part.shape
    }
  }
  return all
}
