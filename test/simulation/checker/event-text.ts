import { isObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import type { KubeRequest } from '../../../src/kube/http/transport.ts'
import type { Direction } from './table.ts'

const parts: ReadonlyMap<string, Direction> = new Map([
  ['failing over to fallbacks', 'failover'],
  ['switching traffic to primary', 'failback'],
  ['sharing traffic among secondaries', 'redistribute'],
])

/** The ways that Events tell of. */
export const directions: readonly Direction[] = [...parts.values()]

/** Which way the traffic went, by the note of an Event; `undefined` for an Event about something else. */
export const directionIn = ({ message }: KubeObject): Direction | undefined =>
  [...parts].find(([part]) => String(message).includes(part))?.[1]

/** The name of the Event that a request creates or changes. */
export const eventName = ({ method, path, body }: KubeRequest): string =>
  method === 'POST' && isObject(body) && isObject(body.metadata)
    ? String(body.metadata.name)
    : (path.split('/').at(-1) ?? '')

/** The key of the route that an Event is about: `trafficsplits/shop/web`. */
export function regarding({ involvedObject }: KubeObject): string {
  if (!isObject(involvedObject)) return ''
  const { kind, namespace, name } = involvedObject
  return `${String(kind).toLowerCase()}s/${namespace}/${name}`
}

/** How often it happened. */
export const timesOf = ({ series }: KubeObject): number =>
  isObject(series) && typeof series.count === 'number' ? series.count : 1
