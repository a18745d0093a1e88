import { writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { clusterRules, leaseRules } from '../../src/install/rules.ts'
import type { AuditEvent } from '../control-plane/audit.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { links, released } from '../control-plane/definitions.ts'
import { kubeconfig } from '../control-plane/kubeconfig.ts'
import { operatorToken } from '../control-plane/operator-access.ts'
import { type Cluster, openCluster } from '../e2e/cluster.ts'
import { eventually } from '../e2e/eventually.ts'
import { type Operator, startOperator } from '../e2e/operator.ts'
import { openHelm } from './helm.ts'
import { helmInstall, namespace, operatorUser } from './release.ts'
import { definitionOf, gatewayKinds, pathOf, route } from './route-kinds.ts'

/**
 * The operator as the chart installs it: its account, its permissions, the admission policy, the flags. The API
 * server writes down what it asks for.
 */
let controlPlane: ControlPlane
let operator: Operator

afterEach(async () => {
  await operator?.kill()
  await controlPlane?.stop()
})

async function install(apiServerFlags: readonly string[]): Promise<Cluster> {
  controlPlane = await startControlPlane({ auditUser: operatorUser, apiServerFlags })
  const { api, kubeconfigPath, url, ca } = controlPlane
  await controlPlane.installCrd()
  await controlPlane.install(...gatewayKinds.map(definitionOf))
  await controlPlane.install(released('linkerd', 'serviceprofiles'), links())
  const helm = openHelm(kubeconfigPath)
  await helmInstall(helm, api, ['--set', 'admissionPolicy.enabled=true'])
  helm.close()
  const path = `${kubeconfigPath}.operator`
  writeFileSync(path, kubeconfig({ url, ca }, await operatorToken(api)))
  operator = startOperator(path, ['--leader-elect', '--leader-elect-resource-namespace', namespace])
  await operator.ready()
  return openCluster(api)
}

const backendRefs = z.object({
  spec: z.object({ rules: z.array(z.object({ backendRefs: z.array(z.object({ weight: z.number() })) })) }),
})

/**
 * A primary is lost, comes back, and is lost again, so that one Event repeats; then one route of each kind. There is a
 * mirrored Service, without which no Link matters.
 */
async function story(cluster: Cluster): Promise<void> {
  const [over, back] = [
    { web: 0, 'web-b': 1 },
    { web: 1, 'web-b': 0 },
  ]
  await cluster.addService('web', 1)
  await cluster.addService('web-b', 1)
  await cluster.addMirrored('web-east', 'east')
  await cluster.addSplit('web', back)
  const told = () => cluster.events({ split: 'web', reason: 'Failover' })
  for (const [count, weights] of [over, back, over].entries()) {
    await cluster.setReady('web', weights.web)
    await cluster.weightsBecome('web', weights)
    // The third is told by the Event of the first, which must be there by then.
    if (count < 2) await eventually(async () => expect(await told()).toHaveLength(count + 1))
  }
  for (const codec of gatewayKinds) {
    await controlPlane.api.create(pathOf(codec), route(codec, 'web', ['web', 'web-b']))
    await eventually(async () => {
      const { spec } = await controlPlane.api.get(pathOf(codec, 'web'), backendRefs)
      expect(
        spec.rules[0]?.backendRefs.map(({ weight }) => weight),
        codec.kind,
      ).toEqual([0, 1])
    })
  }
  await eventually(async () => {
    expect((await told()).some(({ series }) => series?.count === 2)).toBe(true)
  })
}

const permission = (verb: string, group: string, resource: string): string => `${verb} ${resource}.${group}`

const granted = [...clusterRules, ...leaseRules].flatMap(({ apiGroups = [], resources = [], verbs }) =>
  apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => permission(verb, group, resource))),
  ),
)

/** What was asked for, each once. A watch that streams its list is a watch. */
function used(audited: readonly AuditEvent[]): string[] {
  const asked = audited.flatMap(({ verb, objectRef }) =>
    objectRef === undefined ? [] : [permission(verb, objectRef.apiGroup, objectRef.resource)],
  )
  return [...new Set(asked)].sort()
}

const sorted = (permissions: readonly string[]): string[] => [...new Set(permissions)].sort()

describe('the operator with what the chart grants', () => {
  it.each([
    [
      'where lists are streamed, it uses all but "list", and that for Events alone, which it does not watch',
      [],
      granted.filter((each) => !each.startsWith('list ') || each === permission('list', '', 'events')),
    ],
    ['where they are not, it uses exactly what it was granted', ['--feature-gates=WatchList=false'], granted],
  ])('fails over, under the admission policy: %s', async (_, flags, expected) => {
    await story(await install(flags))
    await operator.stop()
    const audited = controlPlane.audited()
    expect(used(audited)).toEqual(sorted(expected))

    const refused = audited.filter(({ responseStatus }) => [401, 403].includes(responseStatus?.code ?? 0))
    expect(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([])

    const leases = audited.filter(({ objectRef }) => objectRef?.resource === 'leases')
    for (const { objectRef, verb } of leases) {
      expect(objectRef?.namespace).toBe(namespace)
      if (verb !== 'create') expect(objectRef?.name).toBe('linkerd-failover')
    }
    const elsewhere = audited
      .filter(({ objectRef }) => objectRef === undefined)
      .map(({ requestURI }) => requestURI)
    expect(
      elsewhere.filter((uri) => !/^\/(api|apis)(\/|\?|$)/.test(uri)),
      'nothing but discovery',
    ).toEqual([])
  })
})
