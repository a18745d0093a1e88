import { child, list, text, texts } from '../base/json.ts'

/** The metadata that every route kind shares. Anything else of an object is left unread. */
export interface RouteMetadata {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly generation: number | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly managedFields: readonly ManagedFields[]
}

/** Who wrote which fields of the spec. */
export interface ManagedFields {
  readonly manager: string
  /** RFC 3339, UTC. */
  readonly time: string
  readonly subresource: string
  /** The names of the fields right below `spec`, as they stand there: `f:rules`. */
  readonly spec: readonly string[]
  /** The annotations that it wrote, as they stand there, if it wrote nothing else; else empty. */
  readonly onlyAnnotations: readonly string[]
}

/** Reads what identifies an object; total, absent parts are empty. */
export function readMetadata(object: unknown): RouteMetadata {
  const metadata = child(object, 'metadata')
  const { generation } = metadata
  return {
    namespace: text(metadata, 'namespace'),
    name: text(metadata, 'name'),
    uid: text(metadata, 'uid'),
    generation: typeof generation === 'number' ? generation : undefined,
    labels: texts(metadata, 'labels'),
    annotations: texts(metadata, 'annotations'),
    managedFields: list(metadata, 'managedFields').map(readManagedFields),
  }
}

const readManagedFields = (entry: unknown): ManagedFields => ({
  manager: text(entry, 'manager'),
  time: text(entry, 'time'),
  subresource: text(entry, 'subresource'),
  spec: Object.keys(child(child(entry, 'fieldsV1'), 'f:spec')),
  onlyAnnotations: onlyAnnotationsIn(child(entry, 'fieldsV1')),
})

function onlyAnnotationsIn(fields: Record<string, unknown>): readonly string[] {
  const metadata = child(fields, 'f:metadata')
  const isOnly = Object.keys(fields).length === 1 && Object.keys(metadata).length === 1
  return isOnly ? Object.keys(child(metadata, 'f:annotations')) : []
}
