import type { JsonObject } from './json.ts'
import { apiVersionOf, type Resource } from './kinds.ts'
import type { Registry } from './registry.ts'

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

/** The version that the sandbox says it is: the newest whose behaviour the contract suite compared. */
const version = { major: '1', minor: '36', gitVersion: 'v1.36.3', platform: 'sandbox' }

function resourceEntries({ kind }: Resource): JsonObject[] {
  const entry: JsonObject = {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: kind.review ? ['create'] : verbs,
    ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
    ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
  }
  const subresources = kind.subresources.map((subresource) => ({
    name: `${kind.plural}/${subresource}`,
    singularName: '',
    namespaced: kind.namespaced,
    verbs: ['get', 'patch', 'update'],
    ...(subresource === 'scale'
      ? { group: 'autoscaling', version: 'v1', kind: 'Scale' }
      : { kind: kind.kind }),
  }))
  return [entry, ...subresources]
}

function groupEntry(group: string, versions: string[]): JsonObject {
  const entries = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }))
  return { name: group, versions: entries, preferredVersion: entries[0] }
}

function resourceList(registry: Registry, group: string, version: string): JsonObject | undefined {
  const resources = registry.resources(group, version)
  if (resources.length === 0) return undefined
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: resources.flatMap(resourceEntries),
  }
}

const parameters = ['fieldValidation', 'dryRun', 'fieldManager'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string' },
}))

/**
 * One group and version as OpenAPI v3: the operations that kubectl looks for. That a PATCH takes
 * `fieldValidation` tells it to leave validation to the server; the schemas are those that CRDs brought.
 */
function openApi(registry: Registry, group: string, version: string): JsonObject | undefined {
  const resources = registry.resources(group, version)
  if (resources.length === 0) return undefined
  const paths: JsonObject = {}
  const schemas: JsonObject = {}
  for (const { kind, version: served } of resources) {
    const type = { group, version, kind: kind.kind }
    const scope = kind.namespaced ? 'namespaces/{namespace}/' : ''
    const base = group ? `/apis/${group}/${version}` : `/api/${version}`
    const content = { 'application/json-patch+json': {}, 'application/merge-patch+json': {} }
    const patch = {
      parameters,
      requestBody: { content },
      responses: {},
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': type,
    }
    paths[`${base}/${scope}${kind.plural}/{name}`] = { patch }
    schemas[`${group || 'core'}.${version}.${kind.kind}`] = {
      type: 'object',
      ...served.schema,
      'x-kubernetes-group-version-kind': [type],
    }
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'sandbox' },
    paths,
    components: { schemas },
  }
}

function openApiIndex(registry: Registry): JsonObject {
  const versions = [
    ['', 'v1'],
    ...[...registry.groups()].flatMap(([group, all]) => all.map((v) => [group, v])),
  ]
  const paths = versions.map(([group, version]) => {
    const path = group ? `apis/${group}/${version}` : `api/${version}`
    return [path, { serverRelativeURL: `/openapi/v3/${path}` }]
  })
  return { paths: Object.fromEntries(paths) }
}

function groupDocument(registry: Registry, segments: string[]): JsonObject | undefined {
  const [root, group = '', version] = segments
  const groups = registry.groups()
  if (root === 'api') {
    if (segments.length === 1)
      return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] }
    return segments.length === 2 ? resourceList(registry, '', group) : undefined
  }
  if (segments.length === 1) {
    const entries = [...groups].map(([name, versions]) => groupEntry(name, versions))
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: entries }
  }
  if (version) return segments.length === 3 ? resourceList(registry, group, version) : undefined
  const versions = groups.get(group)
  return versions && { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group, versions) }
}

/** What the server says about itself; undefined for a path that is no such document. */
export function discover(registry: Registry, path: string): JsonObject | undefined {
  const segments = path.split('/').filter(Boolean)
  const [root, second, third, group, last] = segments
  if (path === '/version' || path === '/version/') return version
  if (root === 'api' || root === 'apis') return groupDocument(registry, segments)
  if (root !== 'openapi' || second !== 'v3') return undefined
  if (!third) return openApiIndex(registry)
  return third === 'api' ? openApi(registry, '', group ?? '') : openApi(registry, group ?? '', last ?? '')
}
