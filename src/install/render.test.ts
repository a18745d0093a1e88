import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { cases } from '../../test/chart/cases.ts'
import type { RawValues } from './coalesce.ts'
import { haValues } from './defaults.ts'
import type { Manifest } from './manifest.ts'
import { namespace } from './objects/namespace.ts'
import { readValues, render, renderHooks } from './render.ts'

const context = { namespace: 'mesh', release: 'east', version: '1.2.3' }

function valuesOf(values: RawValues) {
  const read = readValues(values)
  if (!read.ok) throw new Error(read.error.join('\n'))
  return read.value
}

const rendered = (values: RawValues = {}): Manifest[] => render(valuesOf(values), context)
const everything = (values: RawValues): Manifest[] => {
  const input = { values: valuesOf(values), context }
  return [namespace(input), ...rendered(values), ...renderHooks(input.values, context)]
}

const podTemplate = z.looseObject({
  metadata: z.looseObject({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
  }),
  spec: z.looseObject({
    containers: z.array(z.looseObject({ image: z.string(), args: z.array(z.string()) })).length(1),
  }),
})
const workload = z.looseObject({
  spec: z.looseObject({
    replicas: z.number().optional(),
    selector: z.unknown().optional(),
    template: podTemplate,
  }),
})

function specOf(objects: readonly Manifest[], kind: string) {
  const { spec } = workload.parse(objects.find((object) => object.kind === kind))
  const [container] = spec.template.spec.containers
  return { ...spec, pod: spec.template.spec, container }
}
const deploymentOf = (values: RawValues = {}) => specOf(rendered(values), 'Deployment')

/** Every right to Secrets that is given, in Roles and ClusterRoles. */
const secretRules = (values: RawValues) =>
  rendered(values).flatMap((object) => {
    const { rules } = z
      .looseObject({ rules: z.array(z.looseObject({ resources: z.array(z.string()) })).default([]) })
      .parse(object)
    return rules.filter(({ resources }) => resources.includes('secrets'))
  })

it('gives no right to a Secret unless linked clusters are named', () => {
  expect(secretRules({})).toEqual([])
  expect(secretRules({ multicluster: { clusters: ['east', 'west'] } })).toEqual([
    {
      apiGroups: [''],
      resources: ['secrets'],
      resourceNames: ['cluster-credentials-east', 'cluster-credentials-west'],
      verbs: ['list', 'watch'],
    },
  ])
})

/** The API's own schema of a kind, from the package kubernetes-models. */
const schemas: Readonly<Record<string, string>> = {
  ConfigMap: 'IoK8sApiCoreV1ConfigMap',
  ClusterRole: 'IoK8sApiRbacV1ClusterRole',
  ClusterRoleBinding: 'IoK8sApiRbacV1ClusterRoleBinding',
  CustomResourceDefinition: 'IoK8sApiextensionsApiserverPkgApisApiextensionsV1CustomResourceDefinition',
  Deployment: 'IoK8sApiAppsV1Deployment',
  Job: 'IoK8sApiBatchV1Job',
  Namespace: 'IoK8sApiCoreV1Namespace',
  NetworkPolicy: 'IoK8sApiNetworkingV1NetworkPolicy',
  PodDisruptionBudget: 'IoK8sApiPolicyV1PodDisruptionBudget',
  Role: 'IoK8sApiRbacV1Role',
  RoleBinding: 'IoK8sApiRbacV1RoleBinding',
  Service: 'IoK8sApiCoreV1Service',
  ServiceAccount: 'IoK8sApiCoreV1ServiceAccount',
  ValidatingAdmissionPolicy: 'IoK8sApiAdmissionregistrationV1ValidatingAdmissionPolicy',
  ValidatingAdmissionPolicyBinding: 'IoK8sApiAdmissionregistrationV1ValidatingAdmissionPolicyBinding',
}
/** Kinds of the Prometheus operator: that package does not know them. */
const foreign = ['PodMonitor', 'PrometheusRule', 'ServiceMonitor']

const validator = z.object({
  validate: z.custom<((object: unknown) => boolean) & { errors?: unknown }>(
    (value) => typeof value === 'function',
  ),
})

describe.each(Object.entries(cases))('rendered with %s', (_, values) => {
  it('is what the Kubernetes API has a schema for', async () => {
    for (const object of everything(values).filter(({ kind }) => !foreign.includes(kind))) {
      const { validate } = validator.parse(await import(`kubernetes-models/_schemas/${schemas[object.kind]}`))
      validate(object)
      expect(validate.errors, object.kind).toBeNull()
    }
  })

  it('carries the label of the extension everywhere, so that it can be found again', () => {
    for (const { metadata } of everything(values))
      expect(metadata.labels['linkerd.io/extension']).toBe('failover')
  })

  it('names its namespace where it has one, and each object once', () => {
    const identities = everything(values).map(
      ({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`,
    )
    expect(new Set(identities).size).toBe(identities.length)
    const scopes = everything(values).filter(({ metadata }) => metadata.namespace === undefined)
    expect(
      scopes
        .map(({ kind }) => kind)
        .filter((kind) => !/^(Cluster|CustomResource|Validating|Namespace$)/.test(kind)),
    ).toEqual([])
  })

  it.each(['Deployment', 'Job'])(
    'keeps the container of its %s as small as Pod Security restricted asks',
    (kind) => {
      const { pod, container } = specOf(everything(values), kind)
      expect(pod.securityContext).toEqual({ seccompProfile: { type: 'RuntimeDefault' } })
      expect(container?.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        privileged: false,
        readOnlyRootFilesystem: true,
        runAsGroup: 65532,
        runAsNonRoot: true,
        runAsUser: 65532,
      })
      for (const door of ['hostNetwork', 'hostPID', 'hostIPC', 'initContainers'])
        expect(pod).not.toHaveProperty(door)
      const volumes = z.array(z.looseObject({ name: z.string() })).parse(pod.volumes ?? [])
      for (const { name: _, ...source } of volumes)
        expect(['configMap', 'secret'], 'nothing of the node').toContain(Object.keys(source).join())
    },
  )

  it('mounts the token of an account only where it is used', () => {
    const accounts = everything(values).filter(({ kind }) => kind === 'ServiceAccount')
    expect(accounts).toHaveLength(2)
    for (const account of accounts) expect(account).toMatchObject({ automountServiceAccountToken: false })
    for (const kind of ['Deployment', 'Job'])
      expect(specOf(everything(values), kind).pod.automountServiceAccountToken).toBe(true)
  })

  it('has exactly the selector of the original, and Pods that it finds', () => {
    const { selector, template } = deploymentOf(values)
    expect(selector).toEqual({ matchLabels: { 'linkerd.io/extension': 'failover' } })
    expect(template.metadata.labels['linkerd.io/extension']).toBe('failover')
  })

  it('does not let the selector find the Pod of the hook', () => {
    expect(specOf(everything(values), 'Job').template.metadata.labels).not.toHaveProperty(
      'linkerd.io/extension',
    )
  })
})

describe('what is installed', () => {
  const kinds = (values: RawValues = {}) => rendered(values).map(({ kind }) => kind)
  const always = ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding']

  it('is a Deployment with its account, its permissions and its network policy', () => {
    expect(kinds()).toEqual([...always, 'Role', 'RoleBinding', 'NetworkPolicy', 'Deployment'])
  })

  it('is no more than it must be, when all is switched off', () => {
    expect(kinds(cases['everything switched off'])).toEqual([...always, 'Deployment'])
  })

  it('brings a disruption budget for several replicas, and none that would block the drain of a single one', () => {
    expect(kinds({ replicas: 2 })).toContain('PodDisruptionBudget')
    expect(kinds({ replicas: 1 })).not.toContain('PodDisruptionBudget')
  })

  it.each([
    ['podMonitor', ['PodMonitor']],
    ['prometheusRule', ['PrometheusRule']],
    ['grafanaDashboard', ['ConfigMap']],
    ['serviceMonitor', ['Service', 'ServiceMonitor']],
    ['admissionPolicy', ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']],
  ])('brings with %s.enabled also %s', (value, more) => {
    const added = kinds({ [value]: { enabled: true } }).filter((kind) => !kinds().includes(kind))
    expect(added).toEqual(more)
  })

  it('is gone with its hook, but for the label on the namespace', () => {
    for (const { metadata } of renderHooks(valuesOf({}), context)) {
      expect(metadata.annotations).toMatchObject({
        'helm.sh/hook': 'post-install',
        'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
      })
    }
  })

  it('has no hook if that is turned off', () => {
    expect(renderHooks(valuesOf({ namespaceMetadata: { enabled: false } }), context)).toEqual([])
  })
})

describe("the operator's container", () => {
  const args = (values: RawValues = {}) => deploymentOf(values).container?.args
  const image = (values: RawValues) => deploymentOf({ image: values }).container?.image

  it('is told what the original was told, and to elect a leader', () => {
    expect(args()).toEqual([
      '--log-level=linkerd=info,warn',
      '--log-format=plain',
      '--selector=failover.linkerd.io/controlled-by=east',
      '--leader-elect',
      '--hedge-after=500',
    ])
    expect(args({ leaderElection: { hedgeAfterMs: 0 } })).toContain('--hedge-after=0')
    expect(
      args({
        logLevel: 'debug',
        logFormat: 'json',
        selector: 'a in (b,c)',
        leaderElection: { enabled: false },
      }),
    ).toEqual(['--log-level=debug', '--log-format=json', '--selector=a in (b,c)'])
  })

  it.each([
    [{}, 'registry.example.com/linkerd-failover:1.2.3'],
    [{ registry: 'r.test:5000/x', name: 'failover', tag: '9' }, 'r.test:5000/x/failover:9'],
    [{ registry: '' }, 'linkerd-failover:1.2.3'],
    [
      { digest: `sha256:${'a'.repeat(64)}` },
      `registry.example.com/linkerd-failover:1.2.3@sha256:${'a'.repeat(64)}`,
    ],
  ])('runs the image %j', (values, reference) => {
    expect(image(values)).toBe(reference)
  })

  it('is asked whether it is alive and whether it sees the cluster', () => {
    const { container } = deploymentOf()
    expect(container).toMatchObject({
      ports: [{ name: 'admin-http', containerPort: 8080 }],
      livenessProbe: { httpGet: { path: '/live', port: 'admin-http' } },
      readinessProbe: { httpGet: { path: '/ready', port: 'admin-http' } },
    })
  })

  it('has limits, of which a user can take one away', () => {
    expect(deploymentOf().container).toMatchObject({ resources: { limits: { cpu: '2', memory: '256Mi' } } })
    const { container } = deploymentOf({ resources: { limits: { cpu: null } } })
    expect(container?.resources).toHaveProperty('limits.memory')
    expect(container?.resources).not.toHaveProperty('limits.cpu')
  })
})

describe('notifications', () => {
  const told = (url: string, secretName = '') =>
    deploymentOf({ notifications: { receivers: [{ name: 'on-call', url }], secretName } })
  const mountsOf = (values: RawValues) => JSON.stringify(deploymentOf(values).pod.volumes ?? [])

  it('are neither a flag nor a volume where nobody is to be told', () => {
    for (const values of [{}, { notifications: { secretName: 'keys' } }]) {
      expect(mountsOf(values)).toBe('[]')
      expect(deploymentOf(values).container?.args.join()).not.toContain('--notifications')
    }
  })

  it('are a file that the flag names, and a Secret only where one is named', () => {
    const { container, pod } = told('https://a.example', 'keys')
    expect(container?.args).toContain('--notifications=/etc/linkerd-failover/config/notifications.json')
    expect(pod.volumes).toEqual([
      { name: 'notifications-config', configMap: { name: 'linkerd-failover-notifications' } },
      { name: 'notifications-secret', secret: { secretName: 'keys' } },
    ])
    expect(told('https://a.example').pod.volumes).toHaveLength(1)
  })

  it('roll the Pods when they change, since the file is read at the start', () => {
    const sum = (url: string) => told(url).template.metadata.annotations['checksum/notifications']
    expect(sum('https://a.example')).toMatch(/^[0-9a-f]{64}$/)
    expect(sum('https://b.example')).not.toBe(sum('https://a.example'))
  })
})

describe("the operator's Pods", () => {
  const topology = (values: RawValues) => deploymentOf(values).pod.topologySpreadConstraints

  it('are spread where there are several, as far as that is possible', () => {
    expect(topology({ replicas: 1 })).toBeUndefined()
    expect(topology({ replicas: 2 })).toMatchObject([
      { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
      { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
    ])
  })

  it('never share a node with --ha', () => {
    expect(deploymentOf(haValues).replicas).toBe(2)
    expect(topology(haValues)).toMatchObject([
      { whenUnsatisfiable: 'DoNotSchedule' },
      { whenUnsatisfiable: 'ScheduleAnyway' },
    ])
  })

  it('are in the mesh unless the user says otherwise', () => {
    const inject = (values: RawValues) =>
      deploymentOf(values).template.metadata.annotations['linkerd.io/inject']
    expect(inject({})).toBe('enabled')
    expect(inject({ podAnnotations: { 'linkerd.io/inject': 'disabled' } })).toBe('disabled')
  })

  it('cannot lose our labels to those of the user', () => {
    const values = {
      commonLabels: { a: '1', 'linkerd.io/extension': 'x' },
      podLabels: { b: '2', a: '3', 'linkerd.io/extension': 'y' },
    }
    expect(deploymentOf(values).template.metadata.labels).toMatchObject({
      a: '1',
      b: '2',
      'linkerd.io/extension': 'failover',
    })
  })
})
