import { asList, equal, isObject, type Json, type JsonObject } from './json.ts'
import { badRequest, patchRejected } from './status.ts'

export const jsonPatchType = 'application/json-patch+json'
export const mergePatchType = 'application/merge-patch+json'
export const strategicMergeType = 'application/strategic-merge-patch+json'

const unescaped = (token: string) => token.replaceAll('~1', '/').replaceAll('~0', '~')

function tokensOf(pointer: Json | undefined): string[] {
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/'))) throw patchRejected()
  return pointer.split('/').slice(1).map(unescaped)
}

function indexIn(list: Json[], token: string, end: number): number {
  const index = /^(0|[1-9]\d*)$/.test(token) ? Number(token) : -1
  if (index < 0 || index > end) throw patchRejected()
  return index < list.length || end === list.length ? index : end
}

function step(here: Json | undefined, token: string): Json | undefined {
  if (Array.isArray(here)) return /^(0|[1-9]\d*)$/.test(token) ? here[Number(token)] : undefined
  return isObject(here) ? here[token] : undefined
}

const lookup = (root: Json, tokens: string[]) => tokens.reduce<Json | undefined>(step, root)

function add(root: Json, tokens: string[], value: Json): Json {
  const last = tokens.at(-1)
  if (last === undefined) return value
  const parent = lookup(root, tokens.slice(0, -1))
  if (Array.isArray(parent)) {
    parent.splice(last === '-' ? parent.length : indexIn(parent, last, parent.length), 0, value)
  } else if (isObject(parent)) parent[last] = value
  else throw patchRejected()
  return root
}

function remove(root: Json, tokens: string[]): void {
  const last = tokens.at(-1) ?? ''
  const parent = lookup(root, tokens.slice(0, -1))
  if (lookup(root, tokens) === undefined) throw patchRejected()
  if (Array.isArray(parent)) parent.splice(Number(last), 1)
  else if (isObject(parent)) delete parent[last]
}

function replace(root: Json, tokens: string[], value: Json): Json {
  if (tokens.length === 0) return value
  if (lookup(root, tokens) === undefined) throw patchRejected()
  const parent = lookup(root, tokens.slice(0, -1))
  const last = tokens.at(-1) ?? ''
  if (Array.isArray(parent)) parent[Number(last)] = value
  else if (isObject(parent)) parent[last] = value
  return root
}

function move(root: Json, from: string[], to: string[], keep: boolean): Json {
  const value = lookup(root, from)
  if (value === undefined) throw patchRejected()
  if (!keep) remove(root, from)
  return add(root, to, structuredClone(value))
}

/** What is absent equals null, but only inside of something that is there. */
function test(root: Json, tokens: string[], value: Json): void {
  const parent = lookup(root, tokens.slice(0, -1))
  const isPlace = tokens.length === 0 || isObject(parent) || Array.isArray(parent)
  if (!isPlace || !equal(lookup(root, tokens) ?? null, value)) throw patchRejected()
}

const marks = /[&<>\u2028\u2029]/g

/** A string of JSON as Go writes it. */
const asGo = (text: string): string =>
  JSON.stringify(text).replace(marks, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The strings inside of a value. */
function stringsOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : []
}

/**
 * The real server compares the text of a `test` with the object as Go writes it: a value with a mark that Go escapes
 * never equals, unless the patch (`text`) is written in that way too.
 */
export function refuseTestsAsText(patch: Json, text: string): void {
  const tested = asList(patch).filter((operation) => isObject(operation) && operation.op === 'test')
  const strings = tested.flatMap((operation) => stringsOf(isObject(operation) ? operation.value : null))
  if (strings.some((value) => asGo(value) !== JSON.stringify(value) && !text.includes(asGo(value))))
    throw patchRejected()
}

function applyOperation(root: Json, operation: Json): Json {
  if (!isObject(operation)) throw badRequest('a JSON Patch is a list of operations')
  const path = tokensOf(operation.path)
  const value = structuredClone(operation.value ?? null)
  switch (operation.op) {
    case 'test':
      test(root, path, value)
      return root
    case 'add':
      return add(root, path, value)
    case 'replace':
      return replace(root, path, value)
    case 'remove':
      remove(root, path)
      return root
    case 'move':
    case 'copy':
      return move(root, tokensOf(operation.from), path, operation.op === 'copy')
    default:
      throw patchRejected()
  }
}

/**
 * RFC 6902: all operations or none; the object given is left alone. A failing one is a 422, as on the real
 * server.
 */
export function jsonPatch(object: JsonObject, patch: Json | undefined): Json {
  if (!Array.isArray(patch)) throw badRequest('error decoding patch: a JSON Patch is a list of operations')
  return patch.reduce<Json>(applyOperation, structuredClone(object))
}

/** RFC 7386: null removes, objects merge, anything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch
  const merged: JsonObject = isObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name]
    else if (value !== undefined) merged[name] = mergePatch(merged[name], value)
  }
  return merged
}

/** Lists that strategic merge patch merges item by item, and the field that identifies an item. */
const mergeKeys: Record<string, string> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  conditions: 'type',
  ownerReferences: 'uid',
  imagePullSecrets: 'name',
  secrets: 'name',
  hostAliases: 'ip',
}
const portKeys: Record<string, string> = {
  Service: 'port',
  Deployment: 'containerPort',
  Pod: 'containerPort',
}

function mergeLists(target: Json[], patch: Json[], mergeKey: string, kind: string): Json[] {
  const merged = [...target]
  for (const item of patch) {
    if (!isObject(item)) continue
    const at = merged.findIndex((old) => isObject(old) && equal(old[mergeKey], item[mergeKey]))
    if (item.$patch === 'delete') {
      if (at >= 0) merged.splice(at, 1)
    } else if (at >= 0) merged[at] = strategicMergePatch(merged[at], item, kind)
    else merged.push(strategicMergePatch({}, item, kind))
  }
  return merged
}

function orderBy(list: Json[], order: Json[], mergeKey: string | undefined): Json[] {
  const keyOf = (item: Json) => (mergeKey && isObject(item) ? (item[mergeKey] ?? null) : item)
  const place = (item: Json) => {
    const found = order.findIndex((wanted) => equal(keyOf(wanted), keyOf(item)))
    return found < 0 ? order.length : found
  }
  return [...list].sort((a, b) => place(a) - place(b))
}

const mergeKeyOf = (field: string, kind: string) => (field === 'ports' ? portKeys[kind] : mergeKeys[field])

/**
 * Applies `$deleteFromPrimitiveList/x`, `$setElementOrder/x` and `$retainKeys` once the plain fields are
 * merged.
 */
function applyDirective(merged: JsonObject, name: string, value: Json, kind: string): void {
  const [directive = '', field = ''] = name.split('/')
  const list = asList(merged[field])
  if (directive === '$deleteFromPrimitiveList') {
    merged[field] = list.filter((item) => !asList(value).some((gone) => equal(gone, item)))
  } else if (directive === '$setElementOrder' && Array.isArray(merged[field])) {
    merged[field] = orderBy(list, asList(value), mergeKeyOf(field, kind))
  } else if (directive === '$retainKeys') {
    for (const key of Object.keys(merged)) if (!asList(value).includes(key)) delete merged[key]
  }
}

/**
 * One plain field of a strategic merge: removed, merged by key, united as a set, merged deeply, or replaced.
 */
function mergeField(merged: JsonObject, name: string, value: Json, kind: string): void {
  const mergeKey = mergeKeyOf(name, kind)
  if (value === null || (isObject(value) && value.$patch === 'delete')) delete merged[name]
  else if (Array.isArray(value) && mergeKey)
    merged[name] = mergeLists(asList(merged[name]), value, mergeKey, kind)
  else if (Array.isArray(value) && name === 'finalizers')
    merged[name] = [...new Set([...asList(merged[name]), ...value])]
  else merged[name] = strategicMergePatch(merged[name], value, kind)
}

/**
 * Kubernetes' strategic merge, as far as `kubectl apply`, `label`, `annotate` and `edit` need it for the
 * kinds of this server: lists of the pod template, ports and conditions merge by key, finalizers as a set.
 */
export function strategicMergePatch(target: Json | undefined, patch: Json, kind: string): Json {
  if (!isObject(patch)) return patch
  const { $patch: how, ...fields } = patch
  const merged: JsonObject = how === 'replace' || !isObject(target) ? {} : { ...target }
  const members = Object.entries(fields)
  for (const [name, value] of members) {
    if (!name.startsWith('$') && value !== undefined) mergeField(merged, name, value, kind)
  }
  for (const [name, value] of members) {
    if (name.startsWith('$')) applyDirective(merged, name, value ?? null, kind)
  }
  return merged
}
