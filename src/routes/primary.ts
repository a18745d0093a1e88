import type { Backend, ServiceKey } from '../core/types.ts'
import { primaryAnnotation } from './route.ts'

/** Which backend the annotation names: a Service and, if it is named, one of its ports. */
export interface PrimaryReference {
  readonly service: ServiceKey
  readonly port: number | undefined
}

const reference = /^(?:([^/:\s]+)\/)?([^/:\s]+)(?::(\d{1,5}))?$/

/** Reads `name`, `namespace/name`, `name:port` or `namespace/name:port`; `undefined` for anything else. */
export function parsePrimary(text: string, namespace: string): PrimaryReference | undefined {
  const [, otherNamespace = namespace, name, port] = reference.exec(text.trim()) ?? []
  if (name === undefined) return undefined
  return { service: `${otherNamespace}/${name}`, port: port === undefined ? undefined : Number(port) }
}

/** What to say where the annotation's value has none of its forms. */
export const unreadablePrimary = (annotated: string): string =>
  `annotation ${primaryAnnotation} is "${annotated}"; write name, namespace/name, name:port or namespace/name:port`

/** What to say where the annotation names no backend; `names` are those that it could name. */
export function missingPrimary(annotated: string, names: readonly string[]): string {
  const some = [...new Set(names)].slice(0, 8).join(', ')
  return `annotation ${primaryAnnotation} is "${annotated}", but no backend has that name; backends are: ${some}`
}

/** How the annotation of a route in `namespace` would name a backend. */
export function backendName({ service, port }: Backend, namespace: string): string {
  const name = service.startsWith(`${namespace}/`) ? service.slice(namespace.length + 1) : service
  return port === undefined ? name : `${name}:${port}`
}
