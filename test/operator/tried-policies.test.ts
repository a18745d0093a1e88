import { afterAll, beforeAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import * as z from 'zod'
import { dig } from '../../sandbox/json.ts'
import { version } from '../../src/base/version.ts'
import { run } from '../../src/cli/testing/terminal.ts'
import { failoverPolicyCrd } from '../../src/install/objects/failover-policy-crd.ts'
import { readValues } from '../../src/install/render.ts'
import { targets } from '../../src/policies/testing/policy-objects.ts'
import { Cluster, eventually } from './cluster.ts'

/** What `what-if --policy` says of policies is what the operator then does with them. */

const root = 'linkerd-failover'
let cluster: Cluster
beforeAll(async () => {
  cluster = await Cluster.start()
  const values = readValues({ policies: { enabled: true } })
  if (!values.ok) throw new Error(values.error.join())
  const context = { namespace: root, release: root, version }
  cluster.put(JSON.parse(JSON.stringify(failoverPolicyCrd({ values: values.value, context }))))
  for (const [service, ready] of [
    ['web', 2],
    ['east', 1],
    ['west', 3],
  ] as const)
    cluster.slice(service, ready)
  cluster.split('web', { web: 1, east: 0, west: 0 })
  cluster.split('cart', { web: 1, west: 0 })
  cluster.split('east', { east: 1, web: 0 })
  await cluster.readyOperator({ policies: root })
})
afterAll(() => cluster?.stop())

type Spec = Readonly<Record<string, unknown>>
const policy = (key: string, target: object, spec: Spec) => {
  const [namespace = '', name = ''] = key.split('/')
  return {
    apiVersion: 'failover.linkerd.io/v1alpha1',
    kind: 'FailoverPolicy',
    metadata: { namespace, name },
    spec: { targetRefs: [target], ...spec },
  }
}
const order = (...names: string[]) => ({ tiers: names.map((name) => ({ backends: [{ name }] })) })

const foreseen = z.object({
  policies: z.array(
    z.object({
      namespace: z.string(),
      name: z.string(),
      accepted: z.boolean(),
      reason: z.string(),
      routes: z.number(),
    }),
  ),
  routes: z.array(z.object({ name: z.string(), splits: z.array(z.object({ after: z.array(z.string()) })) })),
})

/** Which Services get traffic of a split now. */
const serving = (split: string): string[] => {
  const backends = dig(cluster.store.get('trafficsplits', 'shop', split), 'spec', 'backends')
  const read = z.array(z.object({ service: z.string(), weight: z.number() })).parse(backends)
  return read.flatMap(({ service, weight }) => (weight > 0 ? [`shop/${service}`] : []))
}

const written = z.object({
  metadata: z.object({ generation: z.number() }),
  status: z.object({
    observedGeneration: z.number(),
    conditions: z.array(z.object({ type: z.string(), status: z.string(), reason: z.string() })),
    routes: z.object({ total: z.number() }).optional(),
  }),
})

/** What the operator has written of a policy, once it applies as it is. */
async function settled(namespace: string, name: string) {
  const read = () => written.safeParse(cluster.store.get('failoverpolicies', namespace, name)).data
  await eventually(() => {
    const { metadata, status } = read() ?? {}
    const isSettling = status?.conditions.some(({ reason }) => reason === 'Reconciling') ?? true
    return !isSettling && status?.observedGeneration === metadata?.generation
  })
  const status = read()?.status
  const accepted = status?.conditions.find(({ type }) => type === 'Accepted')
  return {
    accepted: accepted?.status === 'True',
    reason: accepted?.reason,
    routes: status?.routes?.total ?? 0,
  }
}

// One after the other, each in the cluster that those before it leave. Of one age, the first by name wins.
it.each<[string, ReturnType<typeof policy>[]]>([
  ['an order for a route', [policy('shop/a', targets.split('web'), order('east', 'web'))]],
  ['a threshold for all routes', [policy(`${root}/all`, targets.mesh, { minReady: { count: 2 } })]],
  ['another order for the same route', [policy('shop/b', targets.split('web'), order('west', 'web'))]],
  [
    'a threshold and an order for the namespace',
    [policy('shop/c', targets.namespace('shop'), { minReady: { count: 3 }, ...order('west') })],
  ],
  [
    'a change of the first one',
    [policy('shop/a', targets.split('web'), { minReady: { count: 1 }, ...order('west', 'east') })],
  ],
  [
    'one for a Service, and one for a route that is not there',
    [
      policy('shop/d', targets.service('east'), order('web', 'east')),
      policy('shop/e', targets.split('none'), order('web')),
    ],
  ],
  ['one for all routes, in a wrong namespace', [policy('shop/f', targets.mesh, order('web'))]],
  [
    'an order that some routes have nothing of',
    [policy('shop/c', targets.namespace('shop'), { ...order('east'), minReady: { count: 1 } })],
  ],
])('foresees %s', async (_, policies) => {
  const input = policies.map((one) => stringify(one, { aliasDuplicateObjects: false })).join('---\n')
  const { stdout, stderr } = await run('what-if --policy - -o json', { server: cluster.url, input })
  const answer = foreseen.parse(JSON.parse(stdout || `{"error": ${JSON.stringify(stderr)}}`))
  for (const one of policies) cluster.put(JSON.parse(JSON.stringify(one)))
  for (const { namespace, name, ...said } of answer.policies)
    expect(await settled(namespace, name), `${namespace}/${name}`).toEqual(said)
  for (const { name, splits } of answer.routes) {
    const after = splits.flatMap((split) => split.after)
    await eventually(() => String(serving(name)) === String(after)).catch(() => undefined)
    expect(serving(name), name).toEqual(after)
  }
})
