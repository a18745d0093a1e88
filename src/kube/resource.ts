/** A kind as the API server's paths name it. `group` is '' for the core group. */
export type Resource = { readonly group: string; readonly version: string; readonly plural: string }

export const isSameResource = (a: Resource | undefined, b: Resource | undefined): boolean =>
  a?.group === b?.group && a?.version === b?.version && a?.plural === b?.plural

/** Path of a resource's collection, or of one object in it, in all namespaces or in one. */
export function resourcePath(resource: Resource, namespace?: string, name?: string): string {
  const root = resource.group === '' ? '/api' : `/apis/${resource.group}`
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`
  return `${root}/${resource.version}${scope}/${resource.plural}${object}`
}
