import { afterEach, beforeEach, expect, it } from 'vitest'
import { version } from '../../src/base/version.ts'
import { failoverPolicyCrd } from '../../src/install/objects/failover-policy-crd.ts'
import { readValues } from '../../src/install/render.ts'
import { targets } from '../../src/policies/testing/policy-objects.ts'
import { Cluster, eventually } from './cluster.ts'

const values = readValues({ policies: { enabled: true } })
if (!values.ok) throw new Error(values.error.join())
const input = { values: values.value, context: { namespace: 'mesh', release: 'r', version } }

let cluster: Cluster
beforeEach(async () => {
  cluster = await Cluster.start()
  cluster.put(JSON.parse(JSON.stringify(failoverPolicyCrd(input))))
  for (const service of ['web', 'east']) cluster.slice(service, 1)
  cluster.split('web', { web: 1, east: 0 })
  cluster.put({
    apiVersion: 'failover.linkerd.io/v1alpha1',
    kind: 'FailoverPolicy',
    metadata: { namespace: 'shop', name: 'web' },
    spec: { targetRefs: [targets.split('web')], failback: { mode: 'Manual' } },
  })
})
afterEach(() => cluster.stop())

const start = () => cluster.readyOperator({ policies: 'mesh' })
const become = (weights: string) => eventually(() => cluster.weights('web').join(' ') === weights)
const status = () => JSON.stringify(cluster.store.get('failoverpolicies', 'shop', 'web')?.status ?? '')
const says = (text: string) => eventually(() => status().includes(text))
const misconfigure = (primary: string) =>
  cluster.split(
    'web',
    { web: 0, east: 1 },
    { annotations: { 'failover.linkerd.io/primary-service': primary } },
  )

it('a tier stays lost while its route is misconfigured, and over a restart in that time', async () => {
  const first = await start()
  cluster.slice('web', 0)
  await become('0 1')
  cluster.slice('web', 1)
  await says('"waits":"approval"')
  misconfigure('old')
  await says('is \\"old\\"')
  await first.stop()
  await start()
  misconfigure('older')
  await says('is \\"older\\"')
  cluster.split('web', { web: 1, east: 0 })
  await become('0 1')
  await says('"waits":"approval"')
})

it('a tier that another replica has left is lost, however late this one hears of it', async () => {
  await start()
  await says('"tier":1')
  const path = '/apis/split.smi-spec.io/v1alpha2/namespaces/shop/trafficsplits/web'
  const weights = [0, 1].map((value, index) => ({
    op: 'replace',
    path: `/spec/backends/${index}/weight`,
    value,
  }))
  const answer = await fetch(`${cluster.url}${path}?fieldManager=linkerd-failover`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json-patch+json' },
    body: JSON.stringify(weights),
  })
  expect(answer.status).toBe(200)
  await says('"waits":"approval"')
  expect(cluster.weights('web')).toEqual([0, 1])
})
