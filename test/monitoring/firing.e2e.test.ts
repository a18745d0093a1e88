import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { version } from '../../src/base/version.ts'
import { name as operatorName } from '../../src/install/manifest.ts'
import { alerts as allAlerts } from '../../src/install/objects/alert-rules.ts'
import { drainCrd } from '../../src/install/objects/drain-crd.ts'
import { failoverPolicyCrd } from '../../src/install/objects/failover-policy-crd.ts'
import { readValues } from '../../src/install/render.ts'
import { clusterRules, policyRules, profileRules } from '../../src/install/rules.ts'
import { targets } from '../../src/policies/testing/policy-objects.ts'
import { chart, openHelm } from '../chart/helm.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { released } from '../control-plane/definitions.ts'
import { freePort, type Running } from '../control-plane/process.ts'
import { type Cluster, openCluster } from '../e2e/cluster.ts'
import { inParallel, upTo } from '../e2e/in-parallel.ts'
import { controlledBy } from '../e2e/objects.ts'
import { type Operator, startOperator } from '../e2e/operator.ts'
import { startProxy } from '../faults/proxied.ts'
import { Alerts, type Firing } from './alerts.ts'
import { faster, type RuleGroup } from './faster.ts'
import { type Prometheus, startPrometheus } from './prometheus.ts'

/** A minute of the rules is a second here, so the hour of the slowest is a minute. */
const factor = 60
/** What must be failing at once to be as many in such a second as one route is in a minute of retries. */
const routes = upTo(40).map((index) => `svc-${index}`)
/** What the chart grants with `smi.serviceProfiles` and `policies.enabled`. */
const granted = [...clusterRules, ...profileRules, ...policyRules]
const clusterRole = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${operatorName}`

const values = readValues({ policies: { enabled: true } })
if (!values.ok) throw new Error(values.error.join())
const input = {
  values: values.value,
  context: { namespace: operatorName, release: 'x', version },
}

let controlPlane: ControlPlane
let cluster: Cluster
let proxy: Running
let kubeconfig: string
let admins: readonly [string, string]
let leader: Operator
let standby: Operator | undefined
let prometheus: Prometheus
let alerts: Alerts

/** Another replica on one of the two addresses that Prometheus scrapes. */
const replica = (admin: string): Operator =>
  startOperator(kubeconfig, [
    ...['--leader-elect', '--leader-elect-resource-namespace', operatorName],
    ...[
      '--policies',
      operatorName,
      '--admin-addr',
      admin,
      '--write-service-profiles',
      '--cluster-domain=cluster.local',
    ],
  ])

beforeAll(async () => {
  controlPlane = await startControlPlane()
  await controlPlane.installCrd()
  await controlPlane.install(
    released('linkerd', 'serviceprofiles'),
    drainCrd(input),
    failoverPolicyCrd(input),
  )
  cluster = openCluster(controlPlane.api)
  await inParallel(routes, async (name) => {
    await cluster.addService(name, 1)
    await cluster.addService(`${name}-b`, 1)
    await cluster.addSplit(name, { [name]: 1, [`${name}-b`]: 0 })
  })
  const started = await startProxy(controlPlane, await controlPlane.operatorKubeconfig())
  await allow(granted)
  proxy = started.proxy
  kubeconfig = started.kubeconfig
  admins = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
  leader = replica(admins[0])
  await leader.ready()
  prometheus = await startPrometheus({ targets: admins, groups: await rulesOfTheChart() })
  alerts = new Alerts(prometheus)
  await alerts.judging('linkerd_failover_leader == 1')
})

afterAll(async () => {
  await prometheus?.stop()
  await standby?.kill()
  await leader?.kill()
  await proxy?.kill()
  await controlPlane?.stop()
})

/** As Helm renders them with no more than the switch turned on, in the faster world. */
async function rulesOfTheChart(): Promise<RuleGroup[]> {
  const helm = openHelm()
  const only = ['--show-only', 'templates/prometheus-rule.yaml']
  const text = await helm.must('template', 'x', chart, '--set', 'prometheusRule.enabled=true', ...only)
  helm.close()
  const { groups } = prometheusRule.parse(parse(text)).spec
  return groups.map((group) => faster(group, factor))
}

const text = z.string()
const rule = z.strictObject({
  ...{ alert: text, expr: text, for: text },
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: text, description: text, runbook_url: text }),
})
const prometheusRule = z.object({
  spec: z.object({ groups: z.array(z.strictObject({ name: text, rules: z.array(rule) })) }),
})

const setAll = (ready: 0 | 1) => inParallel(routes, (name) => cluster.setReady(name, ready))
const allow = (rules: typeof granted) => controlPlane.api.patch(clusterRole, { rules })
const without = (resource: string, verbs: readonly string[]) =>
  granted
    .map((rule) =>
      rule.resources?.includes(resource)
        ? { ...rule, verbs: rule.verbs.filter((verb) => !verbs.includes(verb)) }
        : rule,
    )
    .filter(({ verbs }) => verbs.length > 0)

const primary = 'failover.linkerd.io/primary-service'
const label = (name: string, value: string | null) =>
  cluster.annotate(name, { labels: { [controlledBy]: value } })
const misread = (to: string | null) => cluster.annotate('svc-0', { annotations: { [primary]: to } })

/** Where Linkerd takes the endpoints of a primary from: a cluster that the operator is not to read. */
const discover = (members: string | null) =>
  controlPlane.api.patch('/api/v1/namespaces/default/services/svc-0', {
    metadata: { annotations: { 'multicluster.linkerd.io/remote-discovery': members } },
  })

interface Fault {
  readonly begin: () => Promise<void>
  /** What must be done again and again, until the returned function is called. */
  readonly meanwhile?: () => () => Promise<void>
  readonly end: () => Promise<void>
  /** Alerts that the same fault is for, too. */
  readonly alongside?: readonly string[]
  readonly labels: Firing['labels']
  readonly summary: string
}

const trafficSplit = { kind: 'TrafficSplit' }
const critical = { severity: 'critical' }
const warning = { severity: 'warning' }

const faults: Readonly<Record<string, Fault>> = {
  LinkerdFailoverRouteDark: {
    begin: () => inParallel(['svc-0', 'svc-0-b'], (name) => cluster.setReady(name, 0)),
    end: () => inParallel(['svc-0', 'svc-0-b'], (name) => cluster.setReady(name, 1)),
    labels: { ...critical, ...trafficSplit },
    summary: '1 TrafficSplit routes have no ready backend',
  },
  LinkerdFailoverRouteFailedOver: {
    begin: () => inParallel(['svc-0', 'svc-1'], (name) => cluster.setReady(name, 0)),
    end: () => inParallel(['svc-0', 'svc-1'], (name) => cluster.setReady(name, 1)),
    labels: { ...warning, ...trafficSplit },
    summary: '2 TrafficSplit routes have been on their secondaries for an hour',
  },
  LinkerdFailoverRouteMisconfigured: {
    begin: () => misread('nobody'),
    end: () => misread(null),
    labels: { ...warning, ...trafficSplit },
    summary: '1 TrafficSplit routes are misconfigured',
  },
  LinkerdFailoverRouteHeld: {
    begin: () => discover('svc-0@east'),
    end: () => discover(null),
    labels: { ...warning, ...trafficSplit },
    summary: '1 TrafficSplit routes are held because something is unknown',
  },
  LinkerdFailoverRoutesVanished: {
    begin: () => inParallel(routes.slice(0, 6), (name) => label(name, null)),
    end: () => inParallel(routes.slice(0, 6), (name) => label(name, 'linkerd-failover')),
    labels: warning,
    summary: 'More than a tenth of the controlled routes are gone',
  },
  LinkerdFailoverPatchFailing: {
    begin: async () => {
      await allow(without('trafficsplits', ['patch']))
      await setAll(0)
    },
    end: async () => {
      // First, so that nothing is written late: late writes have an alert of their own.
      await setAll(1)
      await allow(granted)
    },
    labels: { ...critical, ...trafficSplit, outcome: 'forbidden' },
    summary: 'Weights of TrafficSplit routes cannot be written: forbidden',
  },
  LinkerdFailoverProfileWriteFailing: {
    begin: async () => {
      await allow(without('serviceprofiles', ['patch']))
      await setAll(0)
    },
    end: async () => {
      await allow(granted)
      await setAll(1)
    },
    labels: { ...critical, outcome: 'forbidden' },
    summary: 'Weights of ServiceProfiles cannot be written: forbidden',
  },
  LinkerdFailoverNotSynced: {
    begin: async () => {
      await allow(without('endpointslices', ['list', 'watch']))
      standby = replica(admins[1])
      await standby.live()
    },
    end: () => allow(granted),
    labels: { ...critical, watch: 'endpointslices' },
    summary: 'The operator has not received a complete list of endpointslices',
  },
  LinkerdFailoverNoLeader: {
    begin: async () => {
      await standby?.kill()
      await leader.kill()
    },
    end: async () => {
      leader = replica(admins[0])
      await leader.ready()
    },
    labels: critical,
    summary: 'No replica of the operator is the leader',
  },
  LinkerdFailoverReactionSlow: {
    begin: async () => proxy.signal('SIGUSR2'),
    meanwhile: () => losingAndRegaining(routes),
    end: async () => proxy.signal('SIGUSR2'),
    labels: warning,
    summary: expect.stringMatching(/^One failover in a hundred takes more than [2-9]\.\d+s$/),
    alongside: ['LinkerdFailoverFlapping'],
  },
  LinkerdFailoverFlapping: {
    begin: () => Promise.resolve(),
    meanwhile: () => losingAndRegaining(['svc-0']),
    end: () => Promise.resolve(),
    labels: { ...warning, ...trafficSplit },
    summary: 'TrafficSplit routes flap: at least one failed over four times within an hour',
  },
  LinkerdFailoverMassEvent: {
    begin: async () => {
      await inParallel(routes, (name) => cluster.setReady(`${name}-b`, 2, 2))
      await controlPlane.api.create(meshPolicies, {
        apiVersion: 'failover.linkerd.io/v1alpha1',
        kind: 'FailoverPolicy',
        metadata: { name: 'mesh' },
        spec: { targetRefs: [targets.mesh], minReady: { count: 2 }, limits: { stopAtPercent: 20 } },
      })
    },
    end: async () => {
      await controlPlane.api.remove(`${meshPolicies}/mesh`)
      await inParallel(routes, (name) => cluster.setReady(`${name}-b`, 1))
    },
    labels: critical,
    summary: 'So many routes want to leave backends that can serve that none does',
  },
  // A Service that no other fault takes down: seen before its Drain, the loss is a failover like any other.
  LinkerdFailoverDrainEndsDown: {
    begin: async () => {
      await controlPlane.api.create(drains, {
        apiVersion: 'failover.linkerd.io/v1alpha1',
        kind: 'Drain',
        metadata: { name: 'svc-2' },
        spec: {
          from: [{ service: { name: 'svc-2' } }],
          until: new Date(Date.now() + 600_000).toISOString(),
          reason: 'a test',
        },
      })
      await cluster.setReady('svc-2', 0)
    },
    end: async () => {
      await controlPlane.api.remove(`${drains}/svc-2`)
      await cluster.setReady('svc-2', 1)
    },
    labels: { ...warning, drain: 'default/svc-2' },
    summary: expect.stringMatching(
      /^The Drain default\/svc-2 ends in 9m \d+s, and nothing that it takes out is ready$/,
    ),
  },
  LinkerdFailoverPolicyNotAccepted: {
    begin: () =>
      controlPlane.api.create(policies, {
        apiVersion: 'failover.linkerd.io/v1alpha1',
        kind: 'FailoverPolicy',
        metadata: { name: 'typo' },
        spec: { targetRefs: [{ group: '', kind: 'Service', name: 'svc' }] },
      }),
    end: () => controlPlane.api.remove(`${policies}/typo`),
    labels: warning,
    summary: 'FailoverPolicies that the operator does not follow: 1',
  },
}
const policies = '/apis/failover.linkerd.io/v1alpha1/namespaces/default/failoverpolicies'
const meshPolicies = `/apis/failover.linkerd.io/v1alpha1/namespaces/${operatorName}/failoverpolicies`
const drains = '/apis/failover.linkerd.io/v1alpha1/namespaces/default/drains'

/** Primaries come and go, so that something is to be written all the time. */
function losingAndRegaining(names: readonly string[]): () => Promise<void> {
  let goesOn = true
  const done = (async () => {
    while (goesOn) {
      for (const ready of [0, 1] as const) {
        await inParallel(names, (name) => cluster.setReady(name, ready))
        await cluster.weightsBecome('svc-0', { 'svc-0': ready, 'svc-0-b': 1 - ready })
      }
    }
  })()
  return async () => {
    goesOn = false
    await done
  }
}

/** GitHub's and most others' name for a heading. */
const headings = [
  ...readFileSync(new URL('../../docs/operating/metrics.md', import.meta.url), 'utf8').matchAll(
    /^#+ (\w+)$/gm,
  ),
].map(([, heading = '']) => heading.toLowerCase())

/** A day is too long, even sixty times as fast: promtool alone fires it. */
const tooLong = allAlerts.filter((alert) => alert.for === '24h')

it('tries the fault of every alert', () =>
  expect(Object.keys(faults)).toEqual(
    allAlerts.filter((alert) => !tooLong.includes(alert)).map(({ alert }) => alert),
  ))

describe.each(Object.entries(faults))('%s', (alertname, fault) => {
  it('fires alone when its fault has lasted, says what to do, and resolves when the fault is over', async () => {
    await alerts.none(60_000)
    const began = performance.now()
    await fault.begin()
    const stop = fault.meanwhile?.()
    const firing = await alerts.some(alertname, 120_000).finally(stop)
    const firedAt = performance.now()
    await fault.end()
    await alerts.none(90_000)
    const resolved = performance.now()

    const { alongside = [] } = fault
    const own = firing.filter(({ labels }) => !alongside.includes(labels.alertname ?? ''))
    expect(own.map(({ labels }) => labels)).toEqual([{ alertname, ...fault.labels }])
    const fired = (await alerts.names(resolved - began)).filter((name) => !alongside.includes(name))
    expect(fired, 'all that fired').toEqual([alertname])
    const { summary, runbook_url: runbook = '' } = own[0]?.annotations ?? {}
    expect(summary).toEqual(fault.summary)
    const { protocol, pathname, hash } = new URL(runbook)
    expect([protocol, pathname.split('/').at(-1)]).toEqual(['https:', 'metrics.md'])
    expect(headings).toContain(hash.slice(1))
    const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`
    console.log(
      `${alertname}: fires after ${seconds(began, firedAt)}, resolves after ${seconds(firedAt, resolved)}`,
    )
  })
})
