import type { EntryItem, RouteDetail, RouteItem, RouteList, Status, TimelinePage } from './api.ts'

/**
 * What arrives from the server, looked at just closely enough that a stranger's answer (a proxy's error page,
 * an API of another time) is an error and not a crash somewhere in the page. The page comes from the server
 * that answers it, and the server's own tests hold its answers to the schema; to carry that schema's checker
 * along would make the page half as big again.
 */
type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

const has = (value: Fields, type: 'string' | 'number', ...names: string[]) =>
  names.every((name) => typeof value[name] === type)

export type Guard<T> = (value: unknown) => value is T

const isNamed = (value: Fields) => has(value, 'string', 'kind', 'namespace', 'name')

export const isRoute = (value: unknown): value is RouteItem =>
  isFields(value) &&
  isNamed(value) &&
  has(value, 'string', 'state', 'sentence') &&
  has(value, 'number', 'revision') &&
  Array.isArray(value.splits) &&
  Array.isArray(value.findings)

export type GoneItem = Pick<RouteItem, 'kind' | 'namespace' | 'name' | 'revision'>

export const isGone = (value: unknown): value is GoneItem =>
  isFields(value) && isNamed(value) && has(value, 'number', 'revision')

export const isEntry = (value: unknown): value is EntryItem =>
  isFields(value) &&
  has(value, 'string', 'id', 'at', 'what', 'state', 'sentence') &&
  has(value, 'number', 'revision') &&
  isFields(value.route) &&
  isNamed(value.route)

export const isStatus = (value: unknown): value is Status =>
  isFields(value) &&
  has(value, 'string', 'version', 'instance', 'role', 'time') &&
  Array.isArray(value.watches)

const isListOf = <T>(value: unknown, isItem: Guard<T>): value is { items: T[] } =>
  isFields(value) && Array.isArray(value.items) && value.items.every(isItem)

export const isRouteList = (value: unknown): value is RouteList =>
  isListOf(value, isRoute) && has({ ...value }, 'number', 'total')

export const isTimeline = (value: unknown): value is TimelinePage => isListOf(value, isEntry)

export const isRouteDetail = (value: unknown): value is RouteDetail =>
  isFields(value) &&
  (value.route === null || isRoute(value.route)) &&
  Array.isArray(value.history) &&
  value.history.every(isEntry) &&
  has(value, 'string', 'yaml', 'kubectl')

/** Reads JSON text as a `T`; throws, in words, where it is none. */
export function decode<T>(text: string, isWanted: Guard<T>, what: string): T {
  const value = parse(text)
  if (!isWanted(value)) throw new Error(`the answer is not ${what} of this version of the page`)
  return value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
