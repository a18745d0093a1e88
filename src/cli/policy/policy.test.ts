import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { err } from '../../base/result.ts'
import type { Transport } from '../../kube/http/transport.ts'
import { targets } from '../../policies/testing/policy-objects.ts'
import { addDrain, followDrains } from '../drains/testing/drains.ts'
import { addPolicy, followPolicies } from '../policies/testing/policies.ts'
import { Shop } from '../testing/shop.ts'

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
})
afterEach(() => shop.close())

const run = (line: string) => shop.run(line, { namespace: 'shop' })
const annotations = (policy: Record<string, string>) =>
  Object.fromEntries(Object.entries(policy).map(([key, value]) => [`failover.linkerd.io/${key}`, value]))
const weights = { web: 0, east: 70, west: 30, old: 0, far: 0 }

describe('the table', () => {
  test('says where each section is from, and what the tiers are', async () => {
    const asked = { tiers: 'web; east=70,west=30; far=0', 'min-ready': '2' }
    shop.split('web', weights, { annotations: annotations(asked) })
    const { exitCode, stdout, stderr } = await run('policy ts/web')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatchInlineSnapshot(`
      "TrafficSplit shop/web

      SECTION          VALUE                         FROM
      tiers            web; east=70,west=30; far=0   annotation failover.linkerd.io/tiers
      min-ready        2                             annotation failover.linkerd.io/min-ready
      failback-after   0s                            built-in
      paused           no                            built-in

      TIER    SERVES   BACKENDS
      1       no       web
      2       yes      east=70, west=30
      3       no       far=0
      never            old, far
      "
    `)
    expect(shop.writes).toBe(0)
  })

  test('of a route without annotations is what is built in', async () => {
    shop.split('web', weights)
    expect((await run('policy ts/web')).stdout).toMatchInlineSnapshot(`
      "TrafficSplit shop/web

      SECTION          VALUE                          FROM
      tiers            the primary, then all others   built-in
      min-ready        1                              built-in
      failback-after   0s                             built-in
      paused           no                             built-in

      TIER   SERVES   BACKENDS
      1      no       web
      2      yes      east, west, old, far
      "
    `)
  })

  test('names the annotation that names the primary', async () => {
    shop.split('web', weights, { annotations: annotations({ 'primary-service': 'far' }) })
    const { stdout } = await run('policy ts/web')
    expect(stdout).toMatch(/^tiers +the primary, then all others +annotation \S+\/primary-service$/m)
    expect(stdout).toMatch(/^1 +no +far$/m)
  })

  test('says what is ignored, and what applies instead', async () => {
    shop.split('web', weights, { annotations: annotations({ 'min-ready': '50%', 'failback-after': '1m' }) })
    const { stdout } = await run('policy ts/web')
    expect(stdout).toMatch(/^min-ready +1 +built-in$/m)
    expect(stdout).toMatch(/^failback-after +1m +annotation failover.linkerd.io\/failback-after$/m)
    expect(stdout).toMatch(/^Ignored: annotation failover.linkerd.io\/min-ready is "50%" and is ignored; /m)
  })

  test('says why tiers are none', async () => {
    shop.split('web', weights, { annotations: annotations({ tiers: 'wbe; *' }) })
    expect((await run('policy ts/web')).stdout).toMatch(
      /^misconfigured: annotation failover.linkerd.io\/tiers names "wbe", but no backend has that name/m,
    )
  })

  test('says that a route is not controlled', async () => {
    shop.split('web', weights, { labels: { 'failover.linkerd.io/controlled-by': 'another' } })
    expect((await run('policy ts/web -l failover.linkerd.io/controlled-by=mine')).stdout).toContain(
      'Not controlled: the selector does not match its labels, so nothing of this applies to it.',
    )
  })
})

test('each rule of a Gateway API route has its tiers', async () => {
  shop.httpRoute('web', [
    { web: 1, east: 0 },
    { west: 1, far: 0 },
  ])
  const { stdout } = await run('policy httproute/web')
  expect(stdout).toMatch(/spec\.rules\[0\]:\nTIER .*\n1 +yes +web:80\n2 +no +east:80\n\nspec\.rules\[1\]:\n/)
})

test('Drains that take out a backend of the route are named', async () => {
  followDrains(shop)
  shop.service('east', 1)
  shop.split('web', weights)
  addDrain(shop, 'shop/east', { from: [{ service: { name: 'east' } }], until: '2099-12-01T06:00:00Z' })
  addDrain(shop, 'shop/other', { from: [{ service: { name: 'other' } }], until: '2099-12-01T06:00:00Z' })
  expect((await run('policy ts/web')).stdout).toMatch(
    /\n\nDrain: shop\/east takes out shop\/east for \d+d\S*: CHG-1234\n$/,
  )
  const { drains } = JSON.parse((await run('policy ts/web -o json')).stdout)
  expect(drains).toMatchObject([{ name: 'east', services: ['shop/east'] }])
})

test('the same as data', async () => {
  shop.split('web', weights, { annotations: annotations({ tiers: 'web; east=70,west=30; far=0' }) })
  const json = JSON.parse((await run('policy ts/web -o json')).stdout)
  expect(parse((await run('policy ts/web -o yaml')).stdout)).toEqual(json)
  const member = (service: string, weight: number | null) => ({
    service: `shop/${service}`,
    port: null,
    weight,
  })
  expect(json).toEqual({
    route: {
      apiVersion: 'split.smi-spec.io/v1alpha2',
      kind: 'TrafficSplit',
      namespace: 'shop',
      name: 'web',
    },
    controlled: true,
    sections: [
      {
        name: 'tiers',
        value: 'web; east=70,west=30; far=0',
        source: 'annotation',
        annotation: 'failover.linkerd.io/tiers',
        policy: null,
      },
      { name: 'min-ready', value: '1', source: 'built-in', annotation: null, policy: null },
      { name: 'failback-after', value: '0s', source: 'built-in', annotation: null, policy: null },
      { name: 'paused', value: 'no', source: 'built-in', annotation: null, policy: null },
    ],
    ignored: [],
    dryRuns: [],
    passedOver: [],
    drains: [],
    splits: [
      {
        where: null,
        problem: null,
        tiers: [
          { serves: false, members: [member('web', null)] },
          { serves: true, members: [member('east', 70), member('west', 30)] },
          { serves: false, members: [member('far', 0)] },
        ],
        never: [member('old', null), member('far', null)],
        dryRun: null,
      },
    ],
  })
})

test('a route that is not there', async () => {
  const { exitCode, stderr } = await run('policy ts/wbe')
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringContaining('ts/wbe does not exist in namespace shop'),
  })
})

describe('a FailoverPolicy', () => {
  beforeEach(() => followPolicies(shop))
  const mesh = { targetRefs: [targets.mesh], minReady: { count: 2 }, failback: { after: '30s' } }

  test('is the source of what it asks for, section by section', async () => {
    shop.split('web', weights, { annotations: annotations({ 'min-ready': '1' }) })
    addPolicy(shop, 'linkerd-failover/mesh', mesh)
    addPolicy(shop, 'shop/web', {
      targetRefs: [targets.split('web')],
      tiers: [
        { clusters: ['east'] },
        { backends: [{ name: 'web' }, { name: 'east', weight: 70 }] },
        { rest: {} },
      ],
    })
    const { stdout, stderr } = await run('policy ts/web')
    expect(stderr).toBe('')
    expect(stdout).toMatchInlineSnapshot(`
      "TrafficSplit shop/web

      SECTION          VALUE                          FROM
      tiers            cluster east; web,east=70; *   FailoverPolicy shop/web
      min-ready        1                              annotation failover.linkerd.io/min-ready
      failback-after   30s                            FailoverPolicy linkerd-failover/mesh
      paused           no                             built-in

      TIER   SERVES   BACKENDS
      1      yes      web=1, east=70
      2      yes      west, old, far
      "
    `)
    const { sections } = JSON.parse((await run('policy ts/web -o json')).stdout)
    expect(sections[0]).toMatchObject({ source: 'policy', annotation: null, policy: 'shop/web' })
  })

  test('has a section for when a backend is left, if it asks for that', async () => {
    shop.split('web', weights)
    const failback = { after: '30s', atMost: '10m' }
    addPolicy(shop, 'shop/web', { targetRefs: [targets.split('web')], failover: { after: '1m' }, failback })
    const { stdout } = await run('policy ts/web')
    expect(stdout).toMatch(
      /^failover-after +1m with too few ready, at once with none +FailoverPolicy shop\/web$/m,
    )
    expect(stdout).toMatch(/^failback-after +30s, up to 10m after several failovers +FailoverPolicy/m)
  })

  test('applies in status and explain, too', async () => {
    for (const service of Object.keys(weights)) shop.service(service, 1)
    shop.split('web', { web: 100, east: 0, west: 0 })
    addPolicy(shop, 'shop/all', {
      targetRefs: [targets.namespace('shop')],
      tiers: [{ backends: [{ name: 'west' }] }],
    })
    const { stdout } = await run('explain ts/web')
    expect(stdout).toContain('west')
    expect(JSON.parse((await run('status -o json')).stdout).routes[0].splits[0].backends).toMatchObject([
      { primary: false },
      { primary: false },
      { primary: true },
    ])
  })

  test('that is a DryRun is the source of nothing, and what it would do is said', async () => {
    for (const service of Object.keys(weights)) shop.service(service, 1)
    shop.split('web', { web: 100, east: 0, west: 0 })
    addPolicy(shop, 'shop/all', {
      targetRefs: [targets.namespace('shop')],
      enforcement: 'DryRun',
      tiers: [{ backends: [{ name: 'west' }] }],
    })
    const sentence = 'would be on its primary: shop/west has 1 of 1 endpoints ready'
    const { stdout } = await run('policy ts/web')
    expect(stdout.match(/FailoverPolicy/g)).toHaveLength(1)
    expect(stdout).toContain(`DryRun: FailoverPolicy shop/all: ${sentence}`)
    expect((await run('explain ts/web')).stdout).toContain(`DryRun:    FailoverPolicy shop/all: ${sentence}`)
    for (const command of ['policy', 'explain']) {
      const { dryRuns, splits } = JSON.parse((await run(`${command} ts/web -o json`)).stdout)
      expect({ dryRuns, dryRun: splits[0].dryRun }).toEqual({ dryRuns: ['shop/all'], dryRun: sentence })
    }
  })

  describe('that is meant for the route, and is not accepted, is named with the reason', () => {
    const notAccepted = async () =>
      [...(await run('policy ts/web')).stdout.matchAll(/^Not accepted: FailoverPolicy (.*)$/gm)].map(
        ([, line]) => line,
      )

    beforeEach(() => shop.split('web', weights))

    test.each(['shop/mesh', 'far/mesh'])('a Mesh policy in another namespace: %s', async (key) => {
      addPolicy(shop, key, mesh)
      expect(await notAccepted()).toEqual([
        `${key}: it asks for nothing: spec.targetRefs[0]: a policy of the Mesh must be in the namespace linkerd-failover`,
      ])
      const data = JSON.parse((await run('policy ts/web -o json')).stdout)
      expect(data.passedOver).toMatchObject([{ policy: key, reason: 'Invalid' }])
    })

    test('one that makes no sense, and one for the namespace of others', async () => {
      const failback = { after: '30h' }
      addPolicy(shop, 'shop/web', { targetRefs: [targets.split('web')], failback })
      addPolicy(shop, 'far/shop', { targetRefs: [targets.namespace('shop')], minReady: { count: 2 } })
      addPolicy(shop, 'shop/other', { targetRefs: [targets.split('other')], failback })
      expect(await notAccepted()).toEqual([
        expect.stringMatching(
          /^far\/shop: it asks for nothing: spec.targetRefs\[0\]: the Namespace shop is not that/,
        ),
        expect.stringMatching(/^shop\/web: it asks for nothing: spec.failback/),
      ])
    })

    test('one that loses to an older one, or to the first by name', async () => {
      for (const name of ['first', 'second'])
        addPolicy(shop, `shop/${name}`, { targetRefs: [targets.split('web')], minReady: { count: 2 } })
      const message = 'TrafficSplit shop/web follows shop/first, which is older, or first by name'
      expect(await notAccepted()).toEqual([`shop/second: ${message}`])
    })

    test('all, if the operator follows none', async () => {
      shop.install()
      addPolicy(shop, 'shop/web', { targetRefs: [targets.split('web')], minReady: { count: 2 } })
      expect(await notAccepted()).toEqual(['shop/web: the operator follows no policies'])
    })

    test('in the namespaces that one may look into', async () => {
      addPolicy(shop, 'far/mesh', mesh)
      addPolicy(shop, 'shop/mesh', mesh)
      const wrap = (transport: Transport): Transport => ({
        ...transport,
        request: (req) =>
          req.path.endsWith('/v1alpha1/failoverpolicies')
            ? Promise.resolve(err({ kind: 'forbidden', message: 'not all' } as const))
            : transport.request(req),
      })
      const { stdout, stderr } = await shop.run('policy ts/web', { namespace: 'shop', wrap })
      expect(stderr).toBe('')
      expect(stdout).toMatch(/^Not accepted: FailoverPolicy shop\/mesh: /m)
      expect(stdout).not.toContain('far/mesh')
    })
  })

  test('that is not accepted for another target of its is passed over by none', async () => {
    shop.split('web', weights)
    const targetRefs = [targets.split('web'), targets.namespace('shop')]
    addPolicy(shop, 'shop/both', { targetRefs, minReady: { count: 2 } })
    addPolicy(shop, 'shop/all', { targetRefs: [targets.namespace('shop')], minReady: { count: 3 } })
    expect((await run('policy ts/web')).stdout).not.toContain('Not accepted')
  })

  test('that is not known is named', async () => {
    shop.split('web', weights)
    addPolicy(shop, 'linkerd-failover/mesh', mesh)
    shop.sandbox.faults.fail(403, { resource: 'failoverpolicies' })
    const { stdout, stderr } = await run('policy ts/web')
    expect(stdout).toContain('built-in')
    expect(stderr).toMatch(/^FailoverPolicies could not be read and are left out: .*403/)
  })
})
