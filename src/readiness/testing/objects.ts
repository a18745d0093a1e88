/** The objects that tests of readiness put into a cluster, all of the namespace `shop`. */

const namespace = 'shop'
const mirroredLabels = { 'mirror.linkerd.io/mirrored-service': 'true' }
const unnamed = [{ port: 80 }]

interface ServiceOptions {
  readonly ports?: readonly object[]
  readonly labels?: object
  readonly annotations?: object
  readonly spec?: object
}

/** A Service; with one port, 80, that has no name, if not told otherwise. */
export const service = (
  name: string,
  { ports = unnamed, labels = {}, annotations = {}, spec = {} }: ServiceOptions = {},
) => ({
  metadata: { namespace, name, labels, annotations },
  spec: { clusterIP: '10.9.0.1', ports, ...spec },
})

/** A Service that is mirrored through a gateway. */
export const mirrored = (name: string, labels: object = {}, options: ServiceOptions = {}) =>
  service(name, { ...options, labels: { ...mirroredLabels, ...labels } })

interface SliceOptions {
  readonly service?: string
  readonly addressType?: string
  readonly labels?: object
  readonly ports?: readonly object[] | null
  /** What the names of its Pods begin with: slices with the same have the same Pods. */
  readonly pods?: string
}

/** A slice with `ready` of `total` endpoints; with one port that has no name, if not told otherwise. */
export const slice = (name: string, ready: number, total: number, options: SliceOptions = {}) => {
  const { addressType = 'IPv4', labels = {}, ports = [{ port: 8080 }], pods = name } = options
  return {
    metadata: {
      namespace,
      name,
      labels: { 'kubernetes.io/service-name': options.service ?? 'web', ...labels },
    },
    addressType,
    ports,
    endpoints: Array.from({ length: total }, (_, index) => ({
      conditions: { ready: index < ready },
      targetRef: { uid: `${pods}-${index}` },
    })),
  }
}

/** Mirrored Endpoints with one subset; `ports` as in `slice`. */
export const endpoints = (
  name: string,
  ready: number,
  total: number,
  ports: readonly object[] = [{ port: 4143 }],
) => {
  const address = (_: unknown, index: number) => ({ ip: `10.1.0.${index}` })
  const addresses = Array.from({ length: total }, address)
  return {
    metadata: { namespace, name, labels: mirroredLabels },
    subsets: [{ addresses: addresses.slice(0, ready), notReadyAddresses: addresses.slice(ready), ports }],
  }
}
