import { customColumns } from './columns.ts'
import { asList, asText, dig, equal, isObject, type Json, type JsonObject } from './json.ts'
import { defineKind, type Kind, type Subresource, type Version } from './kinds.ts'
import type { KubeObject } from './object.ts'
import type { Registry } from './registry.ts'
import type { Store } from './store.ts'

function versionOf(group: string, definition: Json): Version {
  const schema = dig(definition, 'schema', 'openAPIV3Schema')
  return {
    group,
    version: asText(dig(definition, 'name')),
    ...(isObject(schema) ? { schema } : {}),
  }
}

/** The kind that a CustomResourceDefinition defines. */
export function kindOf(crd: KubeObject): Kind {
  const group = asText(dig(crd, 'spec', 'group'))
  const names = dig(crd, 'spec', 'names')
  const definitions = asList(dig(crd, 'spec', 'versions')).filter((item) => dig(item, 'served') === true)
  const stored = definitions.find((item) => dig(item, 'storage') === true)
  const ordered = stored ? [stored, ...definitions.filter((item) => item !== stored)] : definitions
  const kind = asText(dig(names, 'kind'))
  const subresources = ordered.some((item) => dig(item, 'subresources', 'status')) ? ['status' as const] : []
  const columns = ordered.flatMap((item) => asList(dig(item, 'additionalPrinterColumns')))
  return defineKind(kind, `${group}/${asText(dig(ordered[0], 'name'))}`, {
    plural: asText(dig(names, 'plural')),
    singular: asText(dig(names, 'singular')) || kind.toLowerCase(),
    shortNames: asList(dig(names, 'shortNames')).map(asText),
    categories: asList(dig(names, 'categories')).map(asText),
    namespaced: dig(crd, 'spec', 'scope') === 'Namespaced',
    versions: ordered.map((item) => versionOf(group, item)),
    subresources: subresources satisfies Subresource[],
    generation: true,
    unconditionalUpdate: false,
    custom: true,
    columns: customColumns(kind, columns),
  })
}

/** The status of a CRD whose kind is served. */
export function establishedStatus(crd: KubeObject, now: string): JsonObject {
  const condition = (type: string, reason: string, message: string): JsonObject => ({
    type,
    status: 'True',
    reason,
    message,
    lastTransitionTime: now,
  })
  const stored = asList(dig(crd, 'spec', 'versions')).filter((item) => dig(item, 'storage') === true)
  return {
    acceptedNames: dig(crd, 'spec', 'names'),
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    storedVersions: stored.map((item) => asText(dig(item, 'name'))),
  }
}

/**
 * Keeps the registry in step with the CRDs in the store. A CRD whose spec changes ends the watches of its
 * kind; a deleted one takes its objects with it as well.
 */
export function serveCrds(store: Store, registry: Registry): void {
  store.onChange((kind, change) => {
    if (kind.kind !== 'CustomResourceDefinition') return
    const defined = kindOf(change.object)
    if (change.type !== 'DELETED') {
      registry.set(defined)
      const isOther = change.previous && !equal(change.previous.spec, change.object.spec)
      if (isOther) store.endWatches(defined)
      else store.collection(defined)
      return
    }
    for (const object of store.list(defined)) store.remove(defined, object)
    registry.remove(defined.id)
    store.drop(defined)
  })
}
