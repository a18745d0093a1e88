import { isObject, type JsonObject } from '../json.ts'

/**
 * Fields of an object by their paths. The steps of a path are those of `fieldsV1`: `f:NAME` for a member, `k:KEYS` for
 * an item of a list that is a map, `v:VALUE` for one of a list that is a set.
 */
export type FieldSet = ReadonlySet<string>

const separator = '\u0000'

/** The path of a step below a path; the path of the object itself is empty. */
export const below = (path: string, step: string): string => (path === '' ? step : path + separator + step)

export const stepsOf = (path: string): string[] => path.split(separator)

export const pathOf = (...names: string[]): string => names.map((name) => `f:${name}`).join(separator)

export const union = (a: FieldSet, b: FieldSet): FieldSet => (b.size === 0 ? a : new Set([...a, ...b]))

export const difference = (a: FieldSet, b: FieldSet): FieldSet =>
  a.size === 0 || b.size === 0 ? a : new Set([...a].filter((path) => !b.has(path)))

export const intersection = (a: FieldSet, b: FieldSet): FieldSet =>
  new Set([...a].filter((path) => b.has(path)))

/** Reads `fieldsV1`. */
export function fromFieldsV1(fields: JsonObject): FieldSet {
  const set = new Set<string>()
  const visit = (node: JsonObject, path: string) => {
    const steps = Object.entries(node)
    if (steps.length === 0 && path !== '') set.add(path)
    for (const [step, child] of steps) {
      if (step === '.') set.add(path)
      else if (isObject(child)) visit(child, below(path, step))
    }
  }
  visit(fields, '')
  return set
}

/** Writes `fieldsV1`: what has members of its own and belongs to the set itself says so by a dot. */
export function toFieldsV1(set: FieldSet): JsonObject {
  const root: JsonObject = {}
  const nodeOf = (node: JsonObject, step: string): JsonObject => {
    const known = node[step]
    if (isObject(known)) return known
    const made: JsonObject = {}
    node[step] = made
    return made
  }
  const isInside = new Set([...set].flatMap((path) => parentsOf(path)))
  for (const path of inOrder(set)) {
    const node = stepsOf(path).reduce(nodeOf, root)
    if (isInside.has(path)) node['.'] = {}
  }
  return root
}

/** The paths of all that a path is inside of, without the object itself. */
function parentsOf(path: string): string[] {
  const parents: string[] = []
  for (let end = path.indexOf(separator); end >= 0; end = path.indexOf(separator, end + 1))
    parents.push(path.slice(0, end))
  return parents
}

/** The paths as the API server lists them: of each part first what belongs to the set itself, then what is inside. */
export function inOrder(set: FieldSet): string[] {
  const split = [...set].map((path) => ({ path, steps: stepsOf(path) }))
  split.sort((a, b) => {
    const at = a.steps.findIndex((step, index) => step !== b.steps[index])
    if (at < 0) return -1
    const [left = '', right] = [a.steps[at], b.steps[at]]
    if (right === undefined) return 1
    const isDeeper = Number(a.steps.length > at + 1) - Number(b.steps.length > at + 1)
    return isDeeper || (left < right ? -1 : 1)
  })
  return split.map(({ path }) => path)
}

/** A path as messages write it: `.spec.ports[port=80,protocol="TCP"].targetPort`. */
export const pathText = (path: string): string =>
  stepsOf(path)
    .map((step) => {
      const content = step.slice(2)
      if (step.startsWith('f:')) return `.${content}`
      if (step.startsWith('v:')) return `[=${content}]`
      const keys = Object.entries(JSON.parse(content)).map(
        ([name, value]) => `${name}=${JSON.stringify(value)}`,
      )
      return `[${keys.join(',')}]`
    })
    .join('')
