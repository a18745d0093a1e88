import type { PatchOperation, Route } from './route.ts'

/**
 * The label keys that a label selector names (`a=b`, `a in (b,c)`, `a`, `!a`).
 * Syntax: Kubernetes, "Labels and Selectors".
 */
export function selectorKeys(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((requirement) => /^\s*!?\s*([^\s=!]+)/.exec(requirement)?.[1] ?? '')
    .filter((key) => key !== '')
}

/**
 * `test` steps that hold only while the route carries the labels by which it was selected: a route whose owner
 * takes the label away while a write is under way is left alone by the server itself.
 */
export function ownershipTests(route: Route, keys: readonly string[]): PatchOperation[] {
  return keys.flatMap((key): PatchOperation[] => {
    const value = route.labels[key]
    return value === undefined ? [] : [{ op: 'test', path: `/metadata/labels/${escapePointer(key)}`, value }]
  })
}

/**
 * `test` steps that hold only while this is the object that was seen, with the spec that was seen. Weights alone
 * do not tell: they may have gone and come back while a write was under way, by an owner's hand or by that of
 * the next leader. Changes of status, labels and annotations do not matter.
 */
export function identityTests({ uid, generation }: Route): PatchOperation[] {
  return Object.entries({ uid, generation }).flatMap(([field, value]): PatchOperation[] =>
    value === undefined || value === '' ? [] : [{ op: 'test', path: `/metadata/${field}`, value }],
  )
}

/** One token of a JSON Pointer (RFC 6901). */
const escapePointer = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1')
