import { jsonPatch, type Kit, mergePatch } from './kit.ts'

const applyPatch = 'application/apply-patch+yaml'

/** One request of a story; the path is below the namespace of the story, unless it begins with a slash. */
export type Step = {
  path: (kit: Kit) => string
  method?: string
  contentType?: string
  query?: Record<string, string | boolean>
  body?: unknown
}

/** An object as it is applied: some fields of one, or all. */
export type Applied = Record<string, unknown> & {
  apiVersion: string
  kind: string
  metadata: Record<string, unknown> & { name: string }
}

const plurals: Readonly<Record<string, string>> = { Endpoints: 'endpoints' }

const pluralOf = (kind: string) => plurals[kind] ?? `${kind.toLowerCase()}s`.replace(/ys$/, 'ies')
const baseOf = (apiVersion: string) => `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}`

/** The path of an object in the namespace of the test. */
const pathOf =
  ({ apiVersion, kind, metadata }: Applied) =>
  ({ namespace }: Kit) =>
    `${baseOf(apiVersion)}/namespaces/${namespace}/${pluralOf(kind)}/${metadata.name}`

type Options = { by?: string; force?: boolean; dryRun?: boolean; subresource?: string; at?: Applied }

const queryOf = ({ by = 'first', force, dryRun }: Options) => ({
  fieldManager: by,
  ...(force === undefined ? {} : { force }),
  ...(dryRun ? { dryRun: 'All' } : {}),
})

const below = (path: Step['path'], subresource: string | undefined) => (kit: Kit) =>
  subresource ? `${path(kit)}/${subresource}` : path(kit)

/** Applies an object, as `first` unless said otherwise. */
export const apply = (body: Applied, options: Options = {}): Step => ({
  method: 'PATCH',
  path: below(pathOf(options.at ?? body), options.subresource),
  contentType: applyPatch,
  query: queryOf(options),
  body,
})

/** Changes an object otherwise, as `other` unless said otherwise. */
export const patch = (at: Applied, body: unknown, options: Options = {}): Step => ({
  method: 'PATCH',
  path: below(pathOf(at), options.subresource),
  contentType: Array.isArray(body) ? jsonPatch : mergePatch,
  query: queryOf({ by: 'other', ...options }),
  body,
})

/** Creates an object by POST. */
export const create = (body: Applied, by: string): Step => ({
  method: 'POST',
  path: (kit) => pathOf(body)(kit).replace(/\/[^/]*$/, ''),
  query: { fieldManager: by },
  body,
})

export const read = (at: Applied): Step => ({ path: pathOf(at) })

/** An object is applied, and a label by another, which the first one takes. */
export function byTwo(object: Applied): Step[] {
  const label = (value: string) => ({
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { ...object.metadata, labels: { x: value } },
  })
  return [
    apply(object),
    apply(label('y'), { by: 'second' }),
    apply({ ...object, metadata: { ...object.metadata, labels: { x: 'z' } } }),
    apply({ ...object, metadata: { ...object.metadata, labels: { x: 'z' } } }, { force: true }),
    read(object),
  ]
}

/** Kinds of which the API server fills in defaults in what is owned as a whole, so that nobody can apply it with others. */
const ownedAlone = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']

/** An object is applied where it says that it belongs, again, with a label by another, and with another label. */
export function installed(object: Applied): Step[] {
  const { namespace, name } = object.metadata
  const within = namespace ? `/namespaces/${namespace}` : ''
  const path = () => `${baseOf(object.apiVersion)}${within}/${pluralOf(object.kind)}/${name}`
  const label = (value: string) => ({ ...object, metadata: { ...object.metadata, labels: { x: value } } })
  const alone = [apply(object), apply(object)]
  const others = [apply(label('y'), { by: 'second' }), apply(label('z'), { by: 'third' }), apply(label('z'))]
  const steps = ownedAlone.includes(object.kind) ? alone : [...alone, ...others]
  return steps.map((step) => ({ ...step, path }))
}
