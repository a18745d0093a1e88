import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { clusterRules, leaseRules } from '../../src/install/rules.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { eventually } from '../e2e/eventually.ts'
import { cases } from './cases.ts'
import { chart, type Helm, openHelm } from './helm.ts'
import { original } from './original.ts'
import { type HookPod, helmInstall, namespace, operatorUser, outcome } from './release.ts'

const user = operatorUser
const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted' }

let controlPlane: ControlPlane
let helm: Helm

beforeAll(async () => {
  controlPlane = await startControlPlane()
  await controlPlane.installCrd()
  helm = openHelm(controlPlane.kubeconfigPath)
})
afterAll(async () => {
  helm?.close()
  await controlPlane?.stop()
})

const pod = z.object({ metadata: z.looseObject({}), spec: z.looseObject({}) })
const deployment = z.object({
  metadata: z.looseObject({ uid: z.string(), labels: z.record(z.string(), z.string()) }),
  spec: z.looseObject({ selector: z.unknown(), template: pod }),
})
const deploymentPath = `/apis/apps/v1/namespaces/${namespace}/deployments/linkerd-failover`
const readDeployment = () => controlPlane.api.get(deploymentPath, deployment)

/** Whether the API server would take this Pod now. Nothing is created. */
function admits(template: HookPod): Promise<number> {
  const body = { ...template, metadata: { ...template.metadata, name: 'attempt' } }
  return outcome(controlPlane.api.create(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, body))
}

async function canI(verb: string, resource: string, where = 'default'): Promise<string> {
  const { stdout } = await controlPlane.kubectl([
    'auth',
    'can-i',
    verb,
    resource,
    '--namespace',
    where,
    '--as',
    user,
  ])
  return stdout.trim()
}

const labelNamespace = () =>
  controlPlane.api.ensure('/api/v1/namespaces', { metadata: { name: namespace, labels: restricted } })

/** Waits until it is gone, so that the next test begins anew. The namespace stays: nobody here deletes namespaces. */
async function uninstall(): Promise<void> {
  await helm.must('uninstall', 'linkerd-failover', '--namespace', namespace)
  await eventually(async () => expect(await controlPlane.api.status(deploymentPath)).toBe(404))
}

describe.each(Object.entries(cases))('%s', (name, values) => {
  it('is what the API server has fields for', async () => {
    const file = helm.valuesFile(values)
    await labelNamespace()
    await controlPlane.api.ensure('/api/v1/namespaces', { metadata: { name: 'linkerd' } })
    await controlPlane.api.ensure('/api/v1/namespaces', { metadata: { name: 'mesh' } })
    const yaml = await helm.must(
      'template',
      'linkerd-failover',
      chart,
      '--namespace',
      namespace,
      '--values',
      file,
    )
    const known = yaml
      .split(/^---$/m)
      // The Prometheus operator is not here.
      .filter((document) => document.includes('kind:') && !document.includes('monitoring.coreos.com'))
      .join('---\n')
    const applied = await controlPlane.kubectl(
      ['apply', '--dry-run=server', '--validate=strict', '-f', '-'],
      known,
    )
    expect(`${name}: ${applied.stderr}`.replaceAll(/Warning: .*\n/g, '')).toBe(`${name}: `)
    expect(applied.stderr).not.toMatch(/would violate PodSecurity/)
    expect(applied.code).toBe(0)
  })
})

describe('helm install', () => {
  afterEach(uninstall)

  it('into a namespace with Pod Security restricted gives Pods that are admitted, the one of the hook too', async () => {
    await labelNamespace()
    const hook = await helmInstall(helm, controlPlane.api)
    const { spec } = await readDeployment()
    expect(await admits(spec.template)).toBe(201)
    expect(await admits(hook)).toBe(201)
    const [container] = z.array(z.looseObject({})).parse(spec.template.spec.containers)
    const { securityContext, ...careless } = container ?? {}
    expect(securityContext).toBeDefined()
    expect(await admits({ ...spec.template, spec: { ...spec.template.spec, containers: [careless] } })).toBe(
      403,
    )
  })

  it('leaves nothing of the hook', async () => {
    await helmInstall(helm, controlPlane.api)
    const left = await controlPlane.kubectl([
      ...['get', 'jobs,roles,rolebindings,serviceaccounts,networkpolicies', '--all-namespaces'],
      ...['--selector', 'app.kubernetes.io/name=namespace-metadata', '--output', 'name'],
    ])
    expect(left).toMatchObject({ code: 0, stdout: '' })
  })

  it('lets the operator do what it needs and says no to the rest', async () => {
    await helmInstall(helm, controlPlane.api)
    for (const [verb, resource] of [
      ['patch', 'trafficsplits.split.smi-spec.io'],
      ['watch', 'endpointslices.discovery.k8s.io'],
      ['create', 'events.events.k8s.io'],
    ] as const) {
      await eventually(async () =>
        expect([verb, resource, await canI(verb, resource)]).toEqual([verb, resource, 'yes']),
      )
    }
    for (const [verb, resource, where] of [
      ['get', 'secrets'],
      ['list', 'secrets'],
      ['list', 'configmaps'],
      ['list', 'pods'],
      ['create', 'pods'],
      ['create', 'pods/exec'],
      ['list', 'nodes'],
      ['list', 'namespaces'],
      ['patch', 'services'],
      ['patch', 'endpoints'],
      ['create', 'endpointslices.discovery.k8s.io'],
      ['create', 'trafficsplits.split.smi-spec.io'],
      ['update', 'trafficsplits.split.smi-spec.io'],
      ['delete', 'trafficsplits.split.smi-spec.io'],
      ['patch', 'httproutes.gateway.networking.k8s.io/status'],
      ['delete', 'events.events.k8s.io'],
      ['list', 'events.events.k8s.io'],
      ['patch', 'deployments.apps', namespace],
      ['impersonate', 'users'],
      ['escalate', 'clusterroles.rbac.authorization.k8s.io'],
      ['create', 'serviceaccounts/token', namespace],
      ['create', 'leases.coordination.k8s.io'],
      ['get', 'leases.coordination.k8s.io/linkerd-failover'],
      ['update', 'leases.coordination.k8s.io/another', namespace],
      ['delete', 'leases.coordination.k8s.io/linkerd-failover', namespace],
    ] as const) {
      expect([verb, resource, await canI(verb, resource, where)]).toEqual([verb, resource, 'no'])
    }
  })

  it('gives the operator exactly the rules that are written down', async () => {
    await helmInstall(helm, controlPlane.api)
    const anybody = await rulesOf('system:serviceaccount:default:anybody', namespace)
    const granted = await rulesOf(user, namespace)
    expect(granted.filter((rule) => !anybody.includes(rule)).sort()).toEqual(
      [...clusterRules, ...leaseRules].flatMap(spell).sort(),
    )
    const elsewhere = await rulesOf(user, 'default')
    expect(elsewhere.filter((rule) => !anybody.includes(rule)).sort()).toEqual(
      clusterRules.flatMap(spell).sort(),
    )
  })
})

type Rule = { apiGroups?: string[]; resources?: string[]; resourceNames?: string[]; verbs: string[] }

/** A rule as single permissions, in words. */
const spell = ({ apiGroups = [], resources = [], resourceNames = [''], verbs }: Rule): string[] =>
  apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      resourceNames.flatMap((name) => verbs.map((verb) => `${verb} ${group}/${resource} ${name}`)),
    ),
  )

const texts = z.array(z.string()).optional()
const review = z.object({
  status: z.object({
    resourceRules: z.array(
      z.object({ apiGroups: texts, resources: texts, resourceNames: texts, verbs: z.array(z.string()) }),
    ),
  }),
})

/** All that somebody may do in a namespace, as the API server sees it. */
async function rulesOf(who: string, where: string): Promise<string[]> {
  const request = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    spec: { namespace: where },
  }
  const { stdout, stderr } = await controlPlane.kubectl(
    ['create', '--as', who, '--validate=false', '--output', 'json', '-f', '-'],
    JSON.stringify(request),
  )
  if (stdout === '') throw new Error(stderr)
  const answer = JSON.parse(stdout)
  return review.parse(answer).status.resourceRules.flatMap((rule) =>
    spell({
      verbs: rule.verbs,
      ...(rule.apiGroups && { apiGroups: rule.apiGroups }),
      ...(rule.resources && { resources: rule.resources }),
      ...(rule.resourceNames && { resourceNames: rule.resourceNames }),
    }),
  )
}

describe('helm upgrade', () => {
  afterEach(uninstall)

  it('from the original keeps its objects, and its values mean what they meant', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'original-'))
    mkdirSync(join(folder, 'templates'))
    for (const [file, text] of Object.entries(original)) writeFileSync(join(folder, file), text)
    await controlPlane.api.ensure('/api/v1/namespaces', { metadata: { name: 'linkerd' } })
    const release = ['linkerd-failover', '--namespace', namespace]
    const values = helm.valuesFile({ logLevel: 'linkerd=debug', logFormat: 'json', selector: null })
    await helm.must('install', ...release, '--create-namespace', folder, '--values', values)
    rmSync(folder, { recursive: true })
    const before = await readDeployment()

    const printed = await helm.must(
      'upgrade',
      release[0] ?? '',
      chart,
      '--namespace',
      namespace,
      '--reset-then-reuse-values',
    )
    expect(printed).toContain('STATUS: deployed')
    const after = await readDeployment()
    expect(after.metadata.uid, 'the same Deployment, not a new one').toBe(before.metadata.uid)
    expect(after.spec.selector).toEqual(before.spec.selector)
    expect(JSON.stringify(after.spec.template.spec)).toContain('--log-level=linkerd=debug')
    expect(JSON.stringify(after.spec.template.spec)).toContain(
      '--selector=failover.linkerd.io/controlled-by=linkerd-failover',
    )
    expect(await canI('get', 'endpoints'), 'what the original might do and we need not').toBe('no')
    expect(await canI('watch', 'endpoints')).toBe('yes')
  })
})
