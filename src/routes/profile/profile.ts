import { child, field, list, text, texts } from '../../base/json.ts'
import type { ServiceKey } from '../../core/types.ts'
import { readMetadata } from '../metadata.ts'

/** Where Linkerd's ServiceProfiles are. */
export const profileNames = { group: 'linkerd.io', plural: 'serviceprofiles', versions: ['v1alpha2'] }

/** One entry of `spec.dstOverrides`, as the object's JSON has it. */
export interface Override {
  readonly authority: unknown
  readonly weight: unknown
}

/** What is kept of a ServiceProfile. */
export interface Profile {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** The Service that its name is about, in whatever cluster domain; `undefined` for the name of a host. */
  readonly service: ServiceKey | undefined
  /** Proxies use it instead of a route: it routes or splits. */
  readonly takesOver: boolean
  readonly overrides: readonly Override[]
  /** The list as it is written; of one with entries only that it is there. */
  readonly list: 'no spec' | 'absent' | 'empty' | 'filled'
  /** The value of `skipAnnotation`. */
  readonly skip: string | undefined
  readonly hasAnnotations: boolean
  /** The field managers that wrote `spec.dstOverrides` last; none if the object does not show it. */
  readonly writers: readonly string[]
}

/** linkerd-smi's adaptor leaves a ServiceProfile alone that has this annotation, whatever its value. */
export const skipAnnotation = 'smi.linkerd.io/skip'

/** Reads a ServiceProfile; total. */
export function readProfile(object: unknown): Profile {
  const { namespace, name, uid, managedFields } = readMetadata(object)
  const annotations = texts(child(object, 'metadata'), 'annotations')
  const spec = child(object, 'spec')
  const overrides = list(spec, 'dstOverrides')
  return {
    namespace,
    name,
    uid,
    service: serviceOf(name),
    takesOver: overrides.length > 0 || list(spec, 'routes').length > 0,
    overrides: overrides.map((entry) => ({
      authority: text(entry, 'authority'),
      weight: field(entry, 'weight'),
    })),
    list: overrides.length > 0 ? 'filled' : formOf(object),
    skip: annotations[skipAnnotation],
    hasAnnotations: Object.keys(annotations).length > 0,
    writers: managedFields
      .filter(({ subresource, spec }) => subresource === '' && spec.includes('f:dstOverrides'))
      .map(({ manager }) => manager),
  }
}

function serviceOf(profile: string): ServiceKey | undefined {
  const [name, namespace, svc] = profile.split('.')
  return svc === 'svc' ? `${namespace}/${name}` : undefined
}

function formOf(object: unknown): Profile['list'] {
  if (field(object, 'spec') === undefined) return 'no spec'
  return field(child(object, 'spec'), 'dstOverrides') === undefined ? 'absent' : 'empty'
}

/**
 * What Linkerd calls a Service in names of ServiceProfiles and in their `authority`; `domain` is the
 * cluster's, such as `cluster.local`.
 */
export function authorityOf(service: ServiceKey, domain: string): string {
  const [namespace, name] = service.split('/')
  return `${name}.${namespace}.svc.${domain}`
}
