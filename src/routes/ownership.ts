import { type PatchOperation, pointerToken } from '../base/json-patch.ts'
import { type Route, steeringAnnotations } from './route.ts'

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
 * `test` steps that hold only while the owner of a route wants what was wanted when it was read: the labels
 * by which it was selected, and the annotations that pause it or name its primary. Whoever changes one of
 * them while a write is under way is heard: the server itself refuses the write.
 */
export function ownershipTests(route: Route, keys: readonly string[]): PatchOperation[] {
  const labels = keys.flatMap((key): PatchOperation[] => {
    const value = route.labels[key]
    return value === undefined ? [] : [{ op: 'test', path: `/metadata/labels/${pointerToken(key)}`, value }]
  })
  return [...labels, ...annotationTests(route)]
}

/** What is absent equals null in a `test` of the API server, but only inside of something that is there. */
function annotationTests({ annotations }: Route): PatchOperation[] {
  const path = '/metadata/annotations'
  if (!annotations) return [{ op: 'test', path, value: null }]
  return steeringAnnotations.map((key) => ({
    op: 'test',
    path: `${path}/${pointerToken(key)}`,
    value: annotations[key] ?? null,
  }))
}

/**
 * `test` steps that hold only while this is the object that was seen, with the spec that was seen. Weights
 * alone do not show it: they may have gone and come back while a write was under way, by an owner's hand or
 * by that of the next leader. Changes of status, labels and annotations do not matter.
 */
export function identityTests({ uid, generation }: Route): PatchOperation[] {
  return Object.entries({ uid, generation }).flatMap(([field, value]): PatchOperation[] =>
    value === undefined || value === '' ? [] : [{ op: 'test', path: `/metadata/${field}`, value }],
  )
}
