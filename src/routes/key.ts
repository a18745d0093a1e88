import type { Route } from './route.ts'

/** Identifies a route across kinds: `kind/namespace/name`, with the kind as its codec calls it. */
export type RouteKey = string

/** What a route key is made of. */
export type KeyParts = Pick<Route, 'kind' | 'namespace' | 'name'>

export const routeKey = ({ kind, namespace, name }: KeyParts): RouteKey => `${kind}/${namespace}/${name}`

/** The key of the object that the cache of a kind has under `namespace/name`. */
export const routeKeyOf = (kind: string, objectKey: string): RouteKey => `${kind}/${objectKey}`

/** The kind, as its codec calls it. */
export const kindOf = (key: RouteKey): string => key.slice(0, key.indexOf('/'))

/** `namespace/name`: the key of the object in the cache of its kind. */
export const objectKeyOf = (key: RouteKey): string => key.slice(key.indexOf('/') + 1)

/** The inverse of `routeKey`. */
export function partsOf(key: RouteKey): KeyParts {
  const [kind = '', namespace = '', name = ''] = key.split('/')
  return { kind, namespace, name }
}

/** What logs and sentences call a route: `HTTPRoute shop/web`. */
export const routeTitle = ({ kind, namespace, name }: KeyParts): string => `${kind} ${namespace}/${name}`
