import type { RouteCodec } from '../route.ts'

/** A backendRef as an object's JSON has it: `web`, or `{ name: 'web', port: 80, weight: 1 }`. */
export type Ref = Record<string, unknown>

/**
 * A route object of a codec's kind and best version in the namespace `shop`; one list of backendRefs a rule.
 */
export function routeObject(
  { objectKind, group, versions }: Pick<RouteCodec, 'objectKind' | 'group' | 'versions'>,
  rules: readonly (readonly Ref[])[],
  metadata: Record<string, unknown> = {},
) {
  return {
    apiVersion: `${group}/${versions[0]}`,
    kind: objectKind,
    metadata: { namespace: 'shop', name: 'web', uid: 'u1', ...metadata },
    spec: {
      parentRefs: [{ group: '', kind: 'Service', name: 'web', port: 80 }],
      rules: rules.map((backendRefs) => ({ backendRefs })),
    },
  }
}

/** A backendRef to a Service on port 80, as the API server shows it: with the defaults of its schema. */
export const ref = (name: string, weight: number, rest: Ref = {}): Ref => ({
  group: '',
  kind: 'Service',
  name,
  port: 80,
  weight,
  ...rest,
})
