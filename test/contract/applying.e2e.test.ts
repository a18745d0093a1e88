import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { startSandbox } from '../../sandbox/server.ts'
import { version } from '../../src/base/version.ts'
import { drainCrd } from '../../src/install/objects/drain-crd.ts'
import { failoverPolicyCrd } from '../../src/install/objects/failover-policy-crd.ts'
import { readValues, render } from '../../src/install/render.ts'
import { startControlPlane } from '../control-plane/control-plane.ts'
import { released } from '../control-plane/definitions.ts'
import { installed, type Step } from './apply-steps.ts'
import { stories } from './apply-stories.ts'
import { Kit } from './kit.ts'
import { type Body, httpTarget, type Reply, type Target } from './target.ts'

/** So that an object of each kind is installed whose definition the API server has by itself. */
const overrides = {
  replicas: 2,
  policies: { enabled: true },
  admissionPolicy: { enabled: true },
  networkPolicy: { enabled: true },
  podDisruptionBudget: { enabled: true },
  serviceMonitor: { enabled: false },
}
const values = readValues(overrides)
if (!values.ok) throw new Error(values.error.join('; '))
const input = { values: values.value, context: { namespace: 'mesh', release: 'r', version } }
const crds = [drainCrd(input), failoverPolicyCrd(input)]

const collection = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** Installs the operator's own kinds; resolves when they are served. */
async function withOwnKinds(target: Target): Promise<Target> {
  for (const body of crds) await target.request({ method: 'POST', path: collection, body })
  for (const plural of ['drains', 'failoverpolicies']) {
    const path = `/apis/failover.linkerd.io/v1alpha1/${plural}`
    await vi.waitUntil(async () => (await target.request({ path })).status === 200, { timeout: 60_000 })
  }
  return target
}

async function realTarget(): Promise<Target> {
  const server = await startControlPlane()
  await server.installCrd()
  await server.install(released('standard', 'httproutes'), released('standard', 'grpcroutes'))
  return httpTarget({ url: server.url, ca: server.ca, token: server.adminToken, stop: () => server.stop() })
}

async function sandboxTarget(): Promise<Target> {
  const sandbox = await startSandbox({ controllers: false })
  return httpTarget({ url: sandbox.url, stop: () => sandbox.stop() })
}

const entry = z.looseObject({
  manager: z.string(),
  operation: z.string(),
  apiVersion: z.string(),
  time: z.string().optional(),
  subresource: z.string().optional(),
})
const entries = z.array(entry)
const cause = z.object({ reason: z.string(), message: z.string(), field: z.string() })
const refusal = z.object({ causes: z.array(cause).optional() }).optional()

/** The server says in no order with whom there are conflicts. */
const causesIn = ({ details }: Body) =>
  refusal.parse(details)?.causes?.sort((a, b) => a.field.localeCompare(b.field))

/** Entries without their times, sorted by what is left, since times decide about their order. */
function ownersIn({ metadata }: Body) {
  const nameOf = ({ manager, operation, apiVersion, subresource }: z.infer<typeof entry>) =>
    [manager, operation, apiVersion, subresource].join(' ')
  const owners = entries.parse(metadata.managedFields ?? [])
  return owners
    .sort((a, b) => nameOf(a).localeCompare(nameOf(b)))
    .map(({ time, ...owner }) => ({ ...owner, hasTime: time !== undefined }))
}

const anything = z.unknown().optional()

/** What was changed by whoever wrote, apart from defaults, which the sandbox does not have all of. */
const shown = z.object({
  service: anything,
  backends: anything,
  replicas: anything,
  selector: anything,
  from: anything,
  ports: z.array(z.object({ name: anything, port: anything, protocol: anything })).optional(),
  template: z
    .object({
      spec: z.object({
        containers: z.array(z.object({ name: anything, image: anything, env: anything })),
      }),
    })
    .optional(),
})

/** An answer without what is different for each object and server. */
function comparable({ status, json }: Reply) {
  const { kind, reason, message, metadata, data, spec } = json
  if (kind === 'Status') return { status, reason, message, causes: causesIn(json) }
  const { 'kubernetes.io/metadata.name': _, ...labels } = metadata.labels ?? {}
  const { annotations, finalizers, generation } = metadata
  const isCounted = spec !== undefined && json.apiVersion !== 'v1'
  return {
    status,
    owners: ownersIn(json),
    metadata: { labels, annotations, finalizers, ...(isCounted ? { generation } : {}) },
    data,
    spec: shown.parse(spec ?? {}),
    conditions: z.object({ conditions: anything }).optional().parse(json.status)?.conditions,
  }
}

/** The answers to the steps of a story, and after which of them the object had another version. */
async function played(target: Target, steps: readonly Step[]) {
  const kit = await Kit.create(target)
  const answers: unknown[] = []
  let last = ''
  for (const { path, ...step } of steps) {
    const reply = await kit.request({ ...step, path: path(kit) })
    const { resourceVersion = last } = reply.json.metadata
    answers.push({ ...comparable(reply), isChanged: resourceVersion !== last })
    last = resourceVersion
  }
  const text = JSON.stringify(answers).replaceAll(kit.namespace, 'NAMESPACE')
  return z.array(z.unknown()).parse(JSON.parse(text))
}

describe('the sandbox answers as kube-apiserver does if', () => {
  let targets: Target[] = []
  beforeAll(async () => {
    targets = await Promise.all([realTarget(), sandboxTarget()])
    for (const target of targets) await withOwnKinds(target)
  })
  afterAll(async () => {
    for (const target of targets) await target.stop()
  })

  it.each(Object.entries(stories))('%s', async (_, steps) => {
    const [real, sandbox] = await Promise.all(targets.map((target) => played(target, steps)))
    expect(real).toHaveLength(steps.length)
    expect(sandbox).toEqual(real)
  })

  it('all that is installed is applied, twice and by another', async () => {
    const metadata = { name: 'mesh', labels: { a: 'b' } }
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata }
    const rendered = render(input.values, input.context)
    const objects = [namespace, ...rendered.filter(({ kind }) => kind !== 'CustomResourceDefinition')]
    const steps = objects.flatMap((object) => installed(JSON.parse(JSON.stringify(object))))
    const [real, sandbox] = await Promise.all(targets.map((target) => played(target, steps)))
    expect(new Set(real?.map((answer) => z.object({ status: z.number() }).parse(answer).status))).toEqual(
      new Set([200, 201, 409]),
    )
    expect(sandbox).toEqual(real)
  })
})
