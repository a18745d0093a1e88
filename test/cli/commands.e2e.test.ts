import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { kubeconfig } from '../control-plane/kubeconfig.ts'
import { eventually } from '../e2e/eventually.ts'
import { type Stage, setStage } from './stage.ts'

/** The commands as programs of their own, against a real API server with the real operator. */
let stage: Stage
/** A kubeconfig of somebody who may read the namespace `default`, and nothing else. */
let reader: string

const account = 'reader'
const rules = [
  { apiGroups: ['split.smi-spec.io'], resources: ['trafficsplits'], verbs: ['get', 'list'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
  { apiGroups: [''], resources: ['services', 'endpoints'], verbs: ['list'] },
]

beforeAll(async () => {
  stage = await setStage()
  await stage.controlPlane.installCrd()
  await stage.install()
  await stage.operator()
  await stage.cluster.addService('web', 1)
  await stage.cluster.addService('web-b', 2)
  await stage.cluster.addSplit('web', { web: 100, 'web-b': 0 })
  await stage.cluster.addService('solo', 1)
  await stage.cluster.addSplit('solo', { solo: 1 })
  reader = await stage.userWith(account, rules)
})
afterAll(async () => {
  await stage?.stop()
})

describe('a failover, as the commands show it', () => {
  it('what-if told of it before', async () => {
    const { code, stdout } = await stage.cli('what-if --down web')
    expect(stdout).toMatch(/default +TrafficSplit +web +fails over +web +web-b +default\/web has 0 of 1/)
    expect(code).toBe(0)
    const dark = await stage.cli('what-if --down web,solo')
    expect(dark.stdout).toContain('2 routes: 1 goes dark, 1 fails over')
    expect(dark.code).toBe(1)
  })

  it('status follows it, and knows since when from its Event', async () => {
    const watching = stage.watch('status --watch')
    await watching.seen(/web +primary +web:100 \(1\/1\)/)
    await stage.cluster.setReady('web', 0)
    await watching.seen(/TrafficSplit default\/web failover, active web-b:100 \(2\/2\)/)
    expect(await watching.stop()).toBe(0)
    await eventually(async () => {
      const { stdout } = await stage.cli('status')
      expect(stdout).toMatch(
        /web +failover +web-b:100 \(2\/2\) +\d+s +default\/web has 0 of 1 endpoints ready/,
      )
    })
    expect((await stage.cli('status --classic')).stdout).toMatch(/default +web +Fallback +web-b/)
  })

  it('explain tells the rule, and what would end it', async () => {
    const { code, stdout } = await stage.cli('explain ts/web')
    expect(code).toBe(0)
    expect(stdout).toContain('SecondariesReady')
    expect(stdout).toMatch(/^default\/web gets a ready endpoint +100 0 /m)
  })
})

it('pause keeps the operator away from a route, and resume gives it back', async () => {
  const paused = await stage.cli('pause ts/web')
  expect(paused).toMatchObject({ code: 0, stdout: expect.stringContaining('default/web is paused') })
  await stage.cluster.setReady('web', 1)
  await stage.cluster.fence()
  expect(await stage.cluster.weights('web')).toEqual({ web: 0, 'web-b': 100 })
  expect((await stage.cli('pause ts/web')).stdout).toContain('was paused already')
  expect((await stage.cli('resume ts/web')).stdout).toContain('is resumed')
  await stage.cluster.weightsBecome('web', { web: 100, 'web-b': 0 })
})

describe('with few permissions', () => {
  it('a namespace is enough, and Events are not needed', async () => {
    const { code, stdout, stderr } = await stage.cli('status -n default', reader)
    expect(stdout).toMatch(/web +primary +web:100 \(1\/1\) +\d+s +/)
    expect(stderr).toMatch(/^SINCE is not known of all: .*cannot list resource "events"/)
    expect(code).toBe(0)
    expect((await stage.cli('explain ts/web', reader)).code).toBe(0)
    expect((await stage.cli('what-if --down web -n default', reader)).code).toBe(0)
  })

  it('what is not permitted is one line, and says what to do', async () => {
    const refusals = [await stage.cli('status', reader), await stage.cli('pause ts/web', reader)]
    for (const { code, stdout, stderr } of refusals) {
      expect({ code, stdout }).toEqual({ code: 69, stdout: '' })
      expect(stderr).toMatch(
        /^linkerd-failover: .*answered 403: .*is forbidden.*; ask for this permission.*\n$/,
      )
    }
  })

  it('check says what it cannot ask, and does not fall over', async () => {
    const { code, stdout } = await stage.cli('check -n default --wait=0', reader)
    expect(code).toBe(1)
    expect(stdout).toContain(
      '× you may read what the checks need\n    you may not:\n\t* list deployments.apps\n',
    )
    expect(stdout).toContain('√ all controlled routes are configured correctly')
  })

  it('check says so where only the operator must not be impersonated', async () => {
    const cluster = [
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['list'] },
      { apiGroups: [''], resources: ['namespaces'], verbs: ['list'] },
    ]
    const rbac = 'rbac.authorization.k8s.io'
    const name = 'sees-deployments'
    const subjects = [{ kind: 'ServiceAccount', name: account, namespace: 'default' }]
    const objects = [
      { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name }, rules: cluster },
      {
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name },
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
        subjects,
      },
    ]
    await stage.kubectl('apply -f -', objects.map((object) => stringify(object)).join('---\n'))
    await eventually(async () => {
      const { stdout } = await stage.cli('check -n default --wait=0', reader)
      expect(stdout).toContain(
        '‼ the operator has the permissions that it needs\n    its permissions cannot be checked: you may not create',
      )
      expect(stdout).toMatch(
        /‼ the API server accepts .*\n {4}the dry run cannot be sent: you may not impersonate/,
      )
    })
  })

  it('--as is checked by the API server', async () => {
    const { code, stdout } = await stage.cli(
      `status -n default --as system:serviceaccount:default:${account}`,
    )
    expect(stdout).toMatch(/web +primary/)
    expect(code).toBe(0)
    const nobody = await stage.cli('status -n default --as nobody --as-group=[nothing]')
    expect(nobody.code).toBe(69)
    expect(nobody.stderr).toContain('User "nobody" cannot list')
  })
})

it('version knows both', async () => {
  const { code, stdout } = await stage.cli('version -o json')
  expect(code).toBe(0)
  const { client, operators } = JSON.parse(stdout)
  expect(operators).toEqual([
    { namespace: 'linkerd-failover', name: 'linkerd-failover', version: client.version },
  ])
})

it('diagnostics writes what can be had', async () => {
  const file = join(tmpdir(), `diagnostics-${process.pid}.tar.gz`)
  try {
    const { code, stdout } = await stage.cli(`diagnostics -f ${file}`)
    expect(stdout).toContain(`wrote ${file}: `)
    expect(stdout).toContain('logs and metrics of the operator: no Pod of the operator exists')
    expect(code).toBe(0)
  } finally {
    rmSync(file, { force: true })
  }
})

it('a cluster that is not there is one line', async () => {
  const path = join(tmpdir(), `nowhere-${process.pid}.kubeconfig`)
  writeFileSync(path, kubeconfig({ url: 'https://127.0.0.1:1', ca: stage.controlPlane.ca }, 'token'))
  try {
    const { code, stderr } = await stage.cli('status', path)
    expect(code).toBe(69)
    expect(stderr).toMatch(/^linkerd-failover: cannot reach the API server at https:\/\/127.0.0.1:1 .*\n$/)
  } finally {
    rmSync(path, { force: true })
  }
})
