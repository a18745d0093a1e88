import { asObject, type JsonObject, without } from './json.ts'
import type { KubeObject } from './object.ts'

/** Fields of an Event that the core group and events.k8s.io name differently. */
const renamed: [core: string, events: string][] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
]

function rename(object: KubeObject, pairs: (readonly [from: string, to: string])[]): KubeObject {
  const moved: JsonObject = {}
  for (const [from, to] of pairs) if (object[from] !== undefined) moved[to] = object[from]
  const rest = without(object, ...pairs.map(([from]) => from))
  return { ...rest, ...moved, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata }
}

/** One stored Event as events.k8s.io/v1 shows it. */
export function coreToEvents(stored: KubeObject): KubeObject {
  const event = rename(stored, renamed)
  return { ...event, deprecatedSource: asObject(event.deprecatedSource) }
}

/** An events.k8s.io/v1 Event as it is stored, in the core form. */
export function eventsToCore(event: KubeObject): KubeObject {
  return rename(
    event,
    renamed.map(([core, events]) => [events, core] as const),
  )
}
