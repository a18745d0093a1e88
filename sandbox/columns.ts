import { asList, asNumber, asObject, asText, dig, type Json, type JsonObject } from './json.ts'
import type { KubeObject } from './object.ts'

/** One column of a server-side table: what `kubectl get` prints. */
export type Column = {
  name: string
  type: 'string' | 'integer'
  /** 1 and more is shown with `-o wide` only. */
  priority: number
  cell(object: KubeObject, now: number): Json
}

const column = (name: string, cell: Column['cell'], priority = 0): Column => ({
  name,
  type: 'string',
  priority,
  cell,
})
const number = (name: string, ...path: string[]): Column => ({
  name,
  type: 'integer',
  priority: 0,
  cell: (object) => asNumber(dig(object, ...path)),
})
const field = (name: string, ...path: string[]): Column =>
  column(name, (object) => asText(dig(object, ...path)) || '<none>')

/** A duration as kubectl prints ages: the two largest units that matter. */
export function age(since: string, now: number): string {
  const started = Date.parse(since)
  if (Number.isNaN(started)) return '<unknown>'
  const seconds = Math.max(0, Math.floor((now - started) / 1000))
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (seconds < 120) return `${seconds}s`
  if (minutes < 10) return `${minutes}m${seconds % 60 ? `${seconds % 60}s` : ''}`
  if (hours < 3) return `${minutes}m`
  if (hours < 8) return `${hours}h${minutes % 60 ? `${minutes % 60}m` : ''}`
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`
}

const name = column('Name', (object) => object.metadata.name)
const ageColumn = column('Age', (object, now) => age(object.metadata.creationTimestamp ?? '', now))

const joined = (items: string[], limit = 3) => {
  if (items.length === 0) return '<none>'
  const more = items.length > limit ? ` + ${items.length - limit} more...` : ''
  return items.slice(0, limit).join(',') + more
}

const portText = (port: Json): string => {
  const nodePort = asNumber(dig(port, 'nodePort'))
  return `${asNumber(dig(port, 'port'))}${nodePort ? `:${nodePort}` : ''}/${asText(dig(port, 'protocol')) || 'TCP'}`
}

const backends = (object: KubeObject) =>
  asList(dig(object, 'spec', 'backends'))
    .map((backend) => `${asText(dig(backend, 'service'))}=${dig(backend, 'weight') ?? ''}`)
    .join(',')

function addresses(object: KubeObject): string {
  const all = asList(object.subsets).flatMap((subset) =>
    asList(dig(subset, 'addresses')).flatMap((address) => {
      const ports = asList(dig(subset, 'ports'))
      const ip = asText(dig(address, 'ip'))
      return ports.length === 0 ? [ip] : ports.map((port) => `${ip}:${asNumber(dig(port, 'port'))}`)
    }),
  )
  return joined(all)
}

const sliceAddresses = (object: KubeObject) =>
  joined(asList(object.endpoints).flatMap((endpoint) => asList(dig(endpoint, 'addresses')).map(String)))

const slicePorts = (object: KubeObject) => {
  const ports = asList(object.ports).map((port) => String(asNumber(dig(port, 'port'))))
  return ports.length === 0 ? '<unset>' : joined(ports)
}

function podReady(object: KubeObject): string {
  const statuses = asList(dig(object, 'status', 'containerStatuses'))
  const ready = statuses.filter((status) => dig(status, 'ready') === true).length
  return `${ready}/${asList(dig(object, 'spec', 'containers')).length}`
}

const podStatus = (object: KubeObject) =>
  object.metadata.deletionTimestamp ? 'Terminating' : asText(dig(object, 'status', 'phase')) || 'Pending'

const restarts = (object: KubeObject) =>
  asList(dig(object, 'status', 'containerStatuses')).reduce<number>(
    (sum, status) => sum + asNumber(dig(status, 'restartCount')),
    0,
  )

const deploymentReady = (object: KubeObject) =>
  `${asNumber(dig(object, 'status', 'readyReplicas'))}/${asNumber(dig(object, 'spec', 'replicas'))}`

const involved = (object: KubeObject) =>
  `${asText(dig(object, 'involvedObject', 'kind')).toLowerCase()}/${asText(dig(object, 'involvedObject', 'name'))}`

const lastSeen: Column['cell'] = (object, now) =>
  age(
    asText(dig(object, 'series', 'lastObservedTime')) ||
      asText(object.lastTimestamp) ||
      asText(object.eventTime) ||
      (object.metadata.creationTimestamp ?? ''),
    now,
  )

const dataCount = column('Data', (object) => Object.keys(asObject(object.data)).length)

const tables: Record<string, Column[]> = {
  Namespace: [name, field('Status', 'status', 'phase'), ageColumn],
  Service: [
    name,
    column('Type', (object) => asText(dig(object, 'spec', 'type')) || 'ClusterIP'),
    field('Cluster-IP', 'spec', 'clusterIP'),
    column('External-IP', (object) => asText(dig(object, 'spec', 'externalName')) || '<none>'),
    column('Port(s)', (object) => joined(asList(dig(object, 'spec', 'ports')).map(portText), 64)),
    ageColumn,
    column('Selector', (object) => labelText(asObject(dig(object, 'spec', 'selector'))), 1),
  ],
  Endpoints: [name, column('Endpoints', addresses), ageColumn],
  EndpointSlice: [
    name,
    field('AddressType', 'addressType'),
    column('Ports', slicePorts),
    column('Endpoints', sliceAddresses),
    ageColumn,
  ],
  Pod: [
    name,
    column('Ready', podReady),
    column('Status', podStatus),
    column('Restarts', (object) => String(restarts(object))),
    ageColumn,
    column('IP', (object) => asText(dig(object, 'status', 'podIP')) || '<none>', 1),
    column('Node', (object) => asText(dig(object, 'spec', 'nodeName')) || '<none>', 1),
  ],
  Deployment: [
    name,
    column('Ready', deploymentReady),
    number('Up-to-date', 'status', 'updatedReplicas'),
    number('Available', 'status', 'availableReplicas'),
    ageColumn,
  ],
  ReplicaSet: [
    name,
    number('Desired', 'spec', 'replicas'),
    number('Current', 'status', 'replicas'),
    number('Ready', 'status', 'readyReplicas'),
    ageColumn,
  ],
  TrafficSplit: [name, field('Service', 'spec', 'service'), column('Backends', backends), ageColumn],
  Event: [
    column('Last Seen', lastSeen),
    field('Type', 'type'),
    field('Reason', 'reason'),
    column('Object', involved),
    column('Message', (object) => asText(object.message).trim()),
    column('Name', (object) => object.metadata.name, 1),
  ],
  Lease: [name, field('Holder', 'spec', 'holderIdentity'), ageColumn],
  ConfigMap: [name, dataCount, ageColumn],
  Secret: [name, field('Type', 'type'), dataCount, ageColumn],
  CustomResourceDefinition: [name, field('Created At', 'metadata', 'creationTimestamp')],
}

const labelText = (labels: JsonObject) =>
  Object.entries(labels)
    .map(([label, value]) => `${label}=${value}`)
    .join(',') || '<none>'

/** The columns of a kind; any kind has at least a name and an age. */
export function columnsOf(kind: string): Column[] {
  return tables[kind] ?? [name, ageColumn]
}

/** A step of a JSONPath: `[*]`, `[?(@.type=="Ready")]` or `.name`. */
const step = /\[(\*)\]|\[\?\(@\.(\w+)=="([^"]*)"\)\]|\.?([^.[\]]+)/g

/** What a JSONPath finds, as far as it has only steps that are understood. */
const found = (object: Json, path: string): (Json | undefined)[] =>
  [...path.matchAll(step)].reduce<(Json | undefined)[]>(
    (all, [, every, field, value, member]) => {
      if (member !== undefined) return all.map((one) => dig(one, member))
      const items = all.flatMap(asList)
      return every ? items : items.filter((item) => field !== undefined && dig(item, field) === value)
    },
    [object],
  )

/** A column that a CRD asks for with `additionalPrinterColumns`: the first that its path finds, as a server shows it. */
export function printerColumn(definition: Json): Column {
  const path = asText(dig(definition, 'jsonPath'))
  return column(
    asText(dig(definition, 'name')),
    (object, now) => {
      const [value] = found(object, path)
      if (dig(definition, 'type') === 'date') return age(asText(value), now)
      return value === undefined || typeof value === 'object' ? '' : value
    },
    asNumber(dig(definition, 'priority')),
  )
}

/** A CRD's own columns after the name; without any, what the kind's name suggests. */
export function customColumns(kind: string, definitions: Json[]): Column[] {
  return definitions.length === 0 ? columnsOf(kind) : [name, ...definitions.map(printerColumn)]
}
