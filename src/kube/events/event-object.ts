import { programName } from '../../base/names.ts'
import { microTime } from '../micro-time.ts'

/** What happened to an object, for whoever runs `kubectl describe` on it. */
export type EventInput = {
  readonly regarding: {
    readonly apiVersion: string
    readonly kind: string
    readonly namespace: string
    readonly name: string
    readonly uid?: string | undefined
  }
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly action: string
  readonly note: string
  /** Of a series the server keeps those of the latest event. */
  readonly annotations?: Readonly<Record<string, string>>
}

/** An event that may repeat. `count` and `lastSeen` grow, `input` is the latest; the rest stays. */
export type Series = {
  input: EventInput
  readonly name: string
  readonly firstSeen: Date
  lastSeen: Date
  count: number
}

/** Limits of events.k8s.io/v1 validation: bytes of a note, characters of a name and of an instance. */
const maxNoteBytes = 1024
const maxNameLength = 253
const maxInstanceLength = 128

/** Equal events have the same key, and are reported as one series. */
export function seriesKey({ regarding, type, reason, action, note }: EventInput): string {
  const { apiVersion, kind, namespace, name, uid } = regarding
  return JSON.stringify([apiVersion, kind, namespace, name, uid ?? '', type, reason, action, note])
}

/** A name for an event: that of the object, shortened if need be, and something that sets it apart. */
export function eventName(object: string, wallTime: Date, random: number): string {
  const suffix = `.${wallTime.getTime().toString(16)}${Math.floor(random * 2 ** 32).toString(16)}`
  return object.slice(0, maxNameLength - suffix.length).replace(/[^a-z0-9]+$/, '') + suffix
}

/** The collection that holds the event. Events about objects without a namespace live in `default`. */
export const namespaceOf = (input: EventInput): string => input.regarding.namespace || 'default'

/** The object to create for a series as it stands. */
export function eventObject(series: Series, reportingInstance: string): unknown {
  const { input } = series
  const { uid, ...regarding } = input.regarding
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { ...annotated(input), name: series.name, namespace: namespaceOf(input) },
    eventTime: microTime(series.firstSeen),
    reportingController: programName,
    reportingInstance: reportingInstance.slice(0, maxInstanceLength),
    action: input.action,
    reason: input.reason,
    regarding: uid === undefined ? regarding : { ...regarding, uid },
    note: cutToBytes(input.note, maxNoteBytes),
    type: input.type,
    ...(series.count > 1 ? { series: seriesOf(series) } : {}),
  }
}

/** The merge patch that brings an event's series up to date. */
export const seriesPatch = (series: Series) => ({
  metadata: annotated(series.input),
  series: seriesOf(series),
})

/** The server wants a count of at least 2. */
const seriesOf = ({ count, lastSeen }: Series) => ({ count, lastObservedTime: microTime(lastSeen) })

const annotated = ({ annotations }: EventInput) => (annotations === undefined ? {} : { annotations })

/** At most `limit` bytes of UTF-8, never half a character. */
function cutToBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= limit) return text
  const ellipsis = '…'
  let end = limit - Buffer.byteLength(ellipsis)
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.subarray(0, end).toString('utf8') + ellipsis
}
