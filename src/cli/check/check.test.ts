import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { err, ok } from '../../base/result.ts'
import type { KubeRequest, Transport } from '../../kube/http/transport.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { codecs } from '../../routes/codecs.ts'
import { addDrain, followDrains } from '../drains/testing/drains.ts'
import { Shop } from '../testing/shop.ts'
import { type RunOptions, run } from '../testing/terminal.ts'

const now = new Date('2026-11-25T12:00:00.000Z')
const wait = '--wait=0'

let shop: Shop
let options: RunOptions
beforeEach(async () => {
  shop = await Shop.open()
  options = { clock: createManualClock(now.getTime()) }
  shop.install()
  shop.lead(now)
  shop.service('web', 1)
  shop.service('east', 1)
  shop.split('web', { web: 1, east: 0 })
  shop.profile('web', { web: '1', east: '0' })
  shop.sandbox.store.clearRequests()
})
afterEach(() => shop.close())

/** The check of this description, as `-o json` has it. */
async function resultOf(description: string, more: RunOptions = {}, flags = wait) {
  const { stdout } = await shop.run(`check -o json ${flags}`, { ...options, ...more })
  const { categories } = JSON.parse(stdout)
  const checks = categories.flatMap(({ checks }: { checks: { description: string }[] }) => checks)
  return checks.find((check: { description: string }) => check.description === description)
}

/** A server that answers some requests otherwise. */
const answering =
  (answers: (req: KubeRequest, as: string | undefined) => ReturnType<Transport['request']> | undefined) =>
  (transport: Transport, as: string | undefined): Transport => ({
    ...transport,
    request: (req) => answers(req, as) ?? transport.request(req),
  })

describe('what is found around the controlled routes', () => {
  const found = () => resultOf('nothing is found wrong around the controlled routes')

  test('is a warning with the names of the routes, and fails nothing', async () => {
    shop.service('api', 1)
    shop.httpRoute('api', [{ api: 1, nowhere: 0 }])
    const { result, error } = await found()
    expect(result).toBe('warning')
    expect(error).toMatch(/^2 findings:\n\t\* HTTPRoute shop\/api: NotAccepted: /)
    expect(error).toContain('\n\t* HTTPRoute shop/api: MissingService: there is no Service shop/nowhere')
    expect((await shop.run(`check ${wait}`, options)).exitCode).toBe(0)
  })

  test('is not good if not all could be looked at', async () => {
    shop.sandbox.faults.fail(403, { resource: 'serviceprofiles' })
    expect(await found()).toMatchObject({
      result: 'warning',
      error: expect.stringMatching(
        /^not all could be looked at:\n\t\* ServiceProfiles cannot be read: .*403/,
      ),
    })
  })
})

describe('a good cluster', () => {
  test('as a table, in the form of linkerd check', async () => {
    const { exitCode, stdout, stderr } = await shop.run(`check ${wait}`, options)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatchInlineSnapshot(`
      "linkerd-failover
      ----------------
      √ can initialize the client
      √ can query the Kubernetes API
      √ is running a supported version of Kubernetes
      √ the cluster serves a kind of route
      √ the cluster serves routes in versions that the operator supports
      √ you may read what the checks need
      √ the namespace of the extension exists
      √ the operator is installed once
      √ the operator is available
      √ only one replica writes at a time
      √ one replica is the leader and renews its lease
      √ the command line and the operator have the same version
      √ the operator has the permissions that it needs
      √ the SMI adaptor runs, if there are TrafficSplits

      linkerd-failover-routes
      -----------------------
      √ all controlled routes are configured correctly
      √ the operator selects all routes with the label
      √ nothing is found wrong around the controlled routes
      √ the API server accepts the weights that the operator writes
      √ the weights of all controlled routes match the decisions

      Status check results are √
      "
    `)
  })

  test('as the JSON object that linkerd check reads', async () => {
    const { exitCode, stdout } = await shop.run(`check -o json ${wait}`, options)
    expect(exitCode).toBe(0)
    const { success, categories } = JSON.parse(stdout)
    expect(success).toBe(true)
    expect(categories.map(({ categoryName }: { categoryName: string }) => categoryName)).toEqual([
      'linkerd-failover',
      'linkerd-failover-routes',
    ])
    for (const { checks } of categories)
      for (const check of checks)
        expect(check).toEqual({ description: expect.any(String), result: 'success' })
  })

  test('in short is one line', async () => {
    expect((await shop.run(`check -o short ${wait}`, options)).stdout).toBe('Status check results are √\n')
  })

  test('with --proxy, also the data plane', async () => {
    const { stdout } = await shop.run(`check --proxy ${wait}`, options)
    expect(stdout).toMatch(
      /‼ namespaces with controlled routes have Pods with a Linkerd proxy\n.*\n\t\* shop\n/,
    )
    shop.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'shop', name: 'web', labels: { 'linkerd.io/control-plane-ns': 'linkerd' } },
      spec: { containers: [] },
    })
    expect((await shop.run(`check --proxy ${wait}`, options)).stdout).not.toContain('‼')
  })

  test('nothing is written: only reviews and a dry run', async () => {
    const before = shop.sandbox.store.resourceVersion
    await shop.run(`check --proxy ${wait}`, options)
    expect(shop.sandbox.store.resourceVersion).toBe(before)
  })
})

test('the very flags that linkerd check passes are taken, and those of tomorrow too', async () => {
  const flags =
    '--as-group=[] --linkerd-namespace=linkerd --verbose=false --proxy=false --wait=0s --output=json'
  const future = '--from-the-future=1 --another --yet another'
  const { exitCode, stdout } = await shop.run(`check ${flags} --namespace=shop ${future}`, options)
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout).success).toBe(true)
})

describe('--pre', () => {
  test('asks only what must hold before', async () => {
    const bare = await Shop.open()
    const { exitCode, stdout } = await bare.run('check --pre', options)
    expect(exitCode).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "linkerd-failover
      ----------------
      √ can initialize the client
      √ can query the Kubernetes API
      √ is running a supported version of Kubernetes
      √ the cluster serves a kind of route
      √ the cluster serves routes in versions that the operator supports
      √ you may create the objects of the extension

      Status check results are √
      "
    `)
    await bare.close()
  })

  test('says what you may not create', async () => {
    const wrap = answering((req) =>
      JSON.stringify(req.body ?? '').includes('clusterroles')
        ? Promise.resolve(ok({ status: { allowed: false } }))
        : undefined,
    )
    const found = await resultOf('you may create the objects of the extension', { wrap }, '--pre')
    expect(found).toMatchObject({
      result: 'error',
      error: 'you may not:\n\t* create clusterroles.rbac.authorization.k8s.io',
      hint: expect.stringMatching(/^file:\/\/\/.*\/docs\/using\/cli\/check\.md#may-install$/),
    })
  })
})

/** Gives the operator's Deployment one more argument. */
function installWith(argument: string): void {
  const deployment = shop.get('deployments', 'linkerd-failover', 'linkerd-failover')
  if (!deployment) throw new Error('the operator is not installed')
  const text = JSON.stringify(deployment).replace('"--leader-elect"', `"--leader-elect",${argument}`)
  shop.sandbox.store.update(JSON.parse(text))
}

const writeProfiles = () => installWith('"--write-service-profiles"')

describe('the API server', () => {
  test('is not to be found: one failed check, and nothing more', async () => {
    const { exitCode, stdout } = await run('check -o json')
    expect(exitCode).toBe(1)
    const { success, categories } = JSON.parse(stdout)
    expect(success).toBe(false)
    expect(categories).toEqual([
      {
        categoryName: 'linkerd-failover',
        checks: [
          {
            description: 'can initialize the client',
            result: 'error',
            error: expect.stringContaining('no cluster to talk to'),
            hint: expect.stringMatching(/^file:\/\/\/.*\/docs\/using\/cli\/check\.md#client$/),
          },
        ],
      },
    ])
  })

  test('does not answer: that is tried again until the time is over, and then nothing more', async () => {
    const clock = createManualClock(now.getTime())
    const checking = run('check --wait=12s', { clock, server: 'http://127.0.0.1:1' })
    const pushing = setInterval(() => void clock.advance(1_000), 5)
    const { exitCode, stdout } = await checking
    clearInterval(pushing)
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(
      /√ can initialize the client\n× can query .*\n.*cannot reach .*\n.*hints\n\nStatus/,
    )
  })

  test('is too old', async () => {
    const wrap = answering((req) =>
      req.path === '/version'
        ? Promise.resolve(ok({ major: '1', minor: '21+', gitVersion: 'v1.21.5' }))
        : undefined,
    )
    expect(await resultOf('is running a supported version of Kubernetes', { wrap })).toMatchObject({
      result: 'error',
      error: 'the cluster runs v1.21.5; 1.22 or newer is required',
    })
  })

  test('does not tell its version', async () => {
    const wrap = answering((req) => (req.path === '/version' ? Promise.resolve(ok({})) : undefined))
    expect(await resultOf('is running a supported version of Kubernetes', { wrap })).toMatchObject({
      result: 'warning',
    })
  })
})

describe('the kinds of routes', () => {
  test('none is served', async () => {
    const bare = await Shop.open({ trafficSplits: false, gatewayRoutes: false })
    bare.install()
    const { exitCode, stdout } = await bare.run(`check ${wait}`, options)
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(
      /× the cluster serves a kind of route\n {4}no CRD of a route is installed .*trafficsplits.split.smi-spec.io/,
    )
    await bare.close()
  })

  test('one is served in other versions only', async () => {
    const documents: Record<string, unknown> = {
      '/apis': { groups: [{ name: 'split.smi-spec.io', versions: [{ version: 'v9' }] }] },
      '/apis/split.smi-spec.io': { versions: [{ version: 'v9' }] },
      '/apis/split.smi-spec.io/v9': { resources: [{ name: 'trafficsplits' }] },
    }
    const wrap = answering(({ path }) =>
      path in documents ? Promise.resolve(ok(documents[path])) : undefined,
    )
    expect(
      await resultOf('the cluster serves routes in versions that the operator supports', { wrap }),
    ).toMatchObject({
      result: 'warning',
      error: expect.stringContaining(
        '* TrafficSplit is served as v9; the operator supports v1alpha2, v1alpha1',
      ),
    })
  })

  test.each([
    [
      'is missing',
      () => shop.sandbox.store.delete('deployments', 'linkerd-smi', 'smi-adaptor'),
      'no Deployment',
    ],
    [
      'is down',
      () => {
        const adaptor = shop.get('deployments', 'smi-adaptor', 'linkerd-smi')
        if (adaptor) shop.sandbox.store.update({ ...adaptor, status: {} })
      },
      'no available replica',
    ],
  ])('the SMI adaptor %s', async (_, act, message) => {
    act()
    expect(await resultOf('the SMI adaptor runs, if there are TrafficSplits')).toMatchObject({
      result: 'warning',
      error: expect.stringContaining(message),
    })
  })

  test('the SMI adaptor is not missed if the operator writes ServiceProfiles itself', async () => {
    shop.sandbox.store.delete('deployments', 'linkerd-smi', 'smi-adaptor')
    writeProfiles()
    expect(await resultOf('the SMI adaptor runs, if there are TrafficSplits')).toBeUndefined()
  })

  test('the SMI adaptor is not missed where no TrafficSplit is', async () => {
    shop.sandbox.store.delete('deployments', 'linkerd-smi', 'smi-adaptor')
    shop.sandbox.store.delete('trafficsplits', 'shop', 'web')
    expect(await resultOf('the SMI adaptor runs, if there are TrafficSplits')).toBeUndefined()
  })
})

describe('the operator', () => {
  const removeDeployment = () =>
    shop.sandbox.store.delete('deployments', 'linkerd-failover', 'linkerd-failover')

  test('is not installed: what depends on it is not checked', async () => {
    removeDeployment()
    shop.sandbox.store.delete('namespaces', '', 'linkerd-failover')
    const { exitCode, stdout } = await shop.run(`check ${wait}`, options)
    expect(exitCode).toBe(1)
    expect(stdout).toContain(
      '× the namespace of the extension exists\n    it does not exist; install the extension',
    )
    expect(stdout).toContain('× the operator is installed once\n    there is no Deployment')
    expect(stdout).not.toContain('the operator is available')
    expect(stdout).toContain('√ all controlled routes are configured correctly')
  })

  test('is installed twice', async () => {
    const one = shop.get('deployments', 'linkerd-failover', 'linkerd-failover')
    const { name, labels } = one?.metadata ?? { name: '' }
    if (one) shop.put({ ...one, metadata: { name, namespace: 'elsewhere', labels: labels ?? {} } })
    expect(await resultOf('the operator is installed once')).toMatchObject({
      result: 'error',
      error: expect.stringMatching(
        /several.*\n\t\* elsewhere\/linkerd-failover\n\t\* linkerd-failover\/linkerd/,
      ),
    })
  })

  test('lives in a namespace without the label', async () => {
    shop.install({ labelled: false })
    expect(await resultOf('the namespace of the extension exists')).toMatchObject({
      result: 'error',
      error: expect.stringContaining(
        'kubectl label namespace linkerd-failover linkerd.io/extension=failover',
      ),
    })
  })

  test('has several namespaces', async () => {
    const labels = { 'linkerd.io/extension': 'failover' }
    shop.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'second', labels } })
    expect(await resultOf('the namespace of the extension exists')).toMatchObject({ result: 'error' })
  })

  test.each([
    [
      { available: 0 },
      'error',
      '0 of 1 replicas of linkerd-failover/linkerd-failover are available; see kubectl',
    ],
    [{ available: 1, values: { replicas: 2 } }, 'warning', '1 of 2 replicas'],
  ])('is available by %j: %s', async (install, result, message) => {
    shop.install(install)
    const found = await resultOf('the operator is available')
    expect(found).toMatchObject({ result, error: expect.stringContaining(message) })
  })

  test('is scaled to nothing', async () => {
    const one = shop.get('deployments', 'linkerd-failover', 'linkerd-failover')
    if (one) shop.sandbox.store.update({ ...one, spec: { ...Object(one.spec), replicas: 0 }, status: {} })
    expect(await resultOf('the operator is available')).toMatchObject({
      error: expect.stringContaining('scaled to 0'),
    })
  })

  test('has replicas without leader election', async () => {
    const one = shop.get('deployments', 'linkerd-failover', 'linkerd-failover')
    const text = JSON.stringify(one)
      .replace('"--leader-elect"', '"--x"')
      .replace('"replicas":1', '"replicas":3')
    shop.sandbox.store.update(JSON.parse(text))
    expect(await resultOf('only one replica writes at a time')).toMatchObject({
      result: 'error',
      error: '3 replicas run without --leader-elect',
    })
    expect(await resultOf('one replica is the leader and renews its lease')).toBeUndefined()
  })

  test('has another version', async () => {
    shop.install({ version: '9.9.9' })
    expect(await resultOf('the command line and the operator have the same version')).toMatchObject({
      result: 'warning',
      error: expect.stringContaining('the operator has version 9.9.9, and this program has version '),
    })
  })

  test('does not tell its version', async () => {
    const one = shop.get('deployments', 'linkerd-failover', 'linkerd-failover')
    const text = JSON.stringify(one).replaceAll('app.kubernetes.io/version', 'other')
    shop.sandbox.store.update(JSON.parse(text))
    expect(await resultOf('the command line and the operator have the same version')).toMatchObject({
      result: 'warning',
      error: expect.stringContaining('no label app.kubernetes.io/version'),
    })
  })
})

describe('the lease', () => {
  const description = 'one replica is the leader and renews its lease'

  test.each([
    [
      'is held by nobody',
      () => shop.lead(now, ''),
      'no replica holds the lease linkerd-failover/linkerd-failover',
    ],
    [
      'is not there',
      () => shop.sandbox.store.delete('leases', 'linkerd-failover', 'linkerd-failover'),
      'no replica holds the lease',
    ],
    ['has gone stale', () => shop.lead(new Date(now.getTime() - 60_000)), 'has not renewed the lease'],
  ])('%s', async (_, act, message) => {
    act()
    expect(await resultOf(description)).toMatchObject({
      result: 'error',
      error: expect.stringContaining(message),
    })
  })

  test('looks stale by our clock, but is renewed while we look: our clock is wrong', async () => {
    const clock = createManualClock(now.getTime())
    shop.lead(new Date(now.getTime() - 600_000))
    const checking = resultOf(description, { clock }, '--wait=1m')
    const renewing = setInterval(() => {
      shop.lead(new Date(now.getTime() - 600_000 + clock.now()))
      void clock.advance(5_000)
    }, 5)
    expect(await checking).toEqual({ description, result: 'success' })
    clearInterval(renewing)
  })

  test('is looked for by the name that the operator was given', async () => {
    installWith('"--leader-elect-resource-name=second"')
    expect(await resultOf(description)).toMatchObject({
      error: 'no replica holds the lease linkerd-failover/second',
    })
  })

  test('is not asked for without leader election', async () => {
    shop.install({ values: { leaderElection: { enabled: false } } })
    expect(await resultOf(description)).toBeUndefined()
  })
})

describe('permissions', () => {
  const denying = (word: string) =>
    answering((req) =>
      JSON.stringify(req.body ?? '').includes(word) && req.path.includes('accessreviews')
        ? Promise.resolve(ok({ status: { allowed: false } }))
        : undefined,
    )

  test('of yours that are missing are named', async () => {
    const found = await resultOf(
      'you may read what the checks need',
      { wrap: denying('endpointslices') },
      `${wait} -n shop`,
    )
    expect(found).toMatchObject({
      result: 'error',
      error: 'you may not:\n\t* list endpointslices.discovery.k8s.io in namespace shop',
    })
  })

  test("of the operator that are missing are named; it is asked about the operator's account", async () => {
    shop.sandbox.store.delete('customresourcedefinitions', '', 'grpcroutes.gateway.networking.k8s.io')
    const served = codecs.filter(({ plural }) => plural !== 'grpcroutes')
    const asked: unknown[] = []
    const wrap = answering((req) => {
      if (!req.path.endsWith('/subjectaccessreviews')) return undefined
      asked.push(req.body)
      return Promise.resolve(ok({ status: { allowed: !JSON.stringify(req.body).includes('"patch"') } }))
    })
    const found = await resultOf('the operator has the permissions that it needs', { wrap })
    expect(found).toMatchObject({
      result: 'error',
      error: [
        'it may not:',
        ...served.map(({ plural, group }) => `* patch ${plural}.${group}`),
        '* patch events.events.k8s.io',
      ].join('\n\t'),
    })
    expect(asked[0]).toEqual({
      spec: {
        user: 'system:serviceaccount:linkerd-failover:linkerd-failover',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:linkerd-failover', 'system:authenticated'],
        resourceAttributes: { group: '', resource: 'services', verb: 'list' },
      },
    })
    const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace: 'linkerd-failover' }
    expect(asked).toContainEqual({
      spec: expect.objectContaining({
        resourceAttributes: { ...lease, name: 'linkerd-failover', verb: 'update' },
      }),
    })
    expect(JSON.stringify(asked)).not.toContain('grpcroutes')
  })

  test('of the operator that writes ServiceProfiles are two more', async () => {
    const asked: string[] = []
    const wrap = answering((req) => {
      if (!req.path.endsWith('/subjectaccessreviews')) return undefined
      asked.push(JSON.stringify(req.body))
      return Promise.resolve(
        ok({ status: { allowed: !asked.at(-1)?.includes('serviceprofiles","verb":"create') } }),
      )
    })
    const check = () => resultOf('the operator has the permissions that it needs', { wrap })
    expect(await check()).toMatchObject({ result: 'success' })
    writeProfiles()
    expect(await check()).toMatchObject({
      result: 'error',
      error: 'it may not:\n\t* create serviceprofiles.linkerd.io',
    })
  })

  test('of the operator that follows Drains are three more', async () => {
    followDrains(shop)
    const wrap = answering((req) =>
      req.path.endsWith('/subjectaccessreviews')
        ? Promise.resolve(ok({ status: { allowed: !JSON.stringify(req.body).includes('"drains"') } }))
        : undefined,
    )
    expect(await resultOf('the operator has the permissions that it needs', { wrap })).toMatchObject({
      result: 'error',
      error: [
        'it may not:',
        '* list drains.failover.linkerd.io',
        '* watch drains.failover.linkerd.io',
        '* patch drains/status.failover.linkerd.io',
      ].join('\n\t'),
    })
  })

  test('of the operator that you may not ask for are a warning', async () => {
    shop.sandbox.faults.fail(403, { resource: 'subjectaccessreviews' })
    expect(await resultOf('the operator has the permissions that it needs')).toMatchObject({
      result: 'warning',
      error: 'its permissions cannot be checked: you may not create subjectaccessreviews',
    })
  })
})

describe('routes', () => {
  test('that are misconfigured are each named, and fail the check', async () => {
    const annotations = { 'failover.linkerd.io/primary-service': 'x' }
    shop.split('wrong', { web: 1, east: 0 }, { annotations })
    shop.split('worse', { web: -1 })
    const { exitCode, stdout } = await shop.run(`check ${wait}`, options)
    expect(exitCode).toBe(1)
    expect(stdout).toContain('× all controlled routes are configured correctly\n    2 are misconfigured:\n')
    expect(stdout).toContain(
      '\t* TrafficSplit shop/wrong: annotation failover.linkerd.io/primary-service is "x"',
    )
    expect(stdout).toContain('\t* TrafficSplit shop/worse: spec.backends[0].weight -1 is negative')
    expect(stdout.endsWith('\nStatus check results are ×\n')).toBe(true)
  })

  test('of other namespaces do not matter with -n', async () => {
    shop.split('worse', { web: -1 }, { namespace: 'other' })
    expect(await resultOf('all controlled routes are configured correctly')).toMatchObject({
      result: 'error',
    })
    const found = await resultOf('all controlled routes are configured correctly', {}, `${wait} -n shop`)
    expect(found).toMatchObject({ result: 'success' })
  })

  test('whose weights are not as decided fail the check: the operator does not work', async () => {
    shop.service('web', 0)
    shop.service('east', 1)
    expect(await resultOf('the weights of all controlled routes match the decisions')).toMatchObject({
      result: 'error',
      error: expect.stringContaining('TrafficSplit shop/web fails over: shop/web has 0 of 1 endpoints ready'),
    })
  })

  test('whose label has a value that the operator does not select are named', async () => {
    shop.split('stray', { web: 1 }, { labels: { 'failover.linkerd.io/controlled-by': 'somebody' } })
    expect(await resultOf('the operator selects all routes with the label')).toMatchObject({
      result: 'warning',
      error:
        '1 is not selected by --selector=failover.linkerd.io/controlled-by=linkerd-failover:\n\t* TrafficSplit shop/stray',
    })
  })

  test('cannot be read', async () => {
    shop.sandbox.faults.fail(403, { resource: 'endpointslices' })
    expect(await resultOf('all controlled routes are configured correctly')).toMatchObject({
      result: 'error',
      error: expect.stringContaining('403'),
    })
  })
})

describe('a dry run of a weight, as the operator', () => {
  const description = 'the API server accepts the weights that the operator writes'

  test('is the patch of the operator, and is a dry run', async () => {
    const seen: unknown[] = []
    const wrap = answering((req, as) => {
      if (req.method === 'PATCH') seen.push({ as, ...req })
      return undefined
    })
    expect(await resultOf(description, { wrap })).toMatchObject({ result: 'success' })
    expect(seen).toEqual([
      expect.objectContaining({
        as: 'system:serviceaccount:linkerd-failover:linkerd-failover',
        path: '/apis/split.smi-spec.io/v1alpha2/namespaces/shop/trafficsplits/web',
        query: { dryRun: 'All', fieldManager: 'linkerd-failover' },
        body: expect.arrayContaining([{ op: 'replace', path: '/spec/backends/0/weight', value: 2 }]),
      }),
    ])
    expect(shop.get('trafficsplits', 'web')?.spec).toMatchObject({ backends: [{ weight: 1 }, { weight: 0 }] })
  })

  test('is made once in each namespace', async () => {
    shop.split('second', { web: 1 })
    shop.split('third', { web: 1 }, { namespace: 'other' })
    await shop.run(`check ${wait}`, options)
    expect(shop.sandbox.store.requests({ verb: 'patch', resource: 'trafficsplits' })).toBe(2)
  })

  test('that is refused fails the check, with the words of the server', async () => {
    shop.sandbox.faults.fail(422, { method: 'PATCH' })
    expect(await resultOf(description)).toMatchObject({
      result: 'error',
      error: expect.stringMatching(
        /^it refuses changes of:\n\t\* TrafficSplit shop\/web: PATCH .*an injected fault/,
      ),
    })
  })

  test.each([
    [{ kind: 'notFound' as const, message: 'gone' }],
    [{ kind: 'conflict' as const, message: 'somebody wrote' }],
    [{ kind: 'invalid' as const, message: 'testing value /spec/backends/0/weight failed: test failed' }],
  ])('that lost a race (%j) says nothing', async (error) => {
    const wrap = answering(({ method }) => (method === 'PATCH' ? Promise.resolve(err(error)) : undefined))
    expect(await resultOf(description, { wrap })).toMatchObject({ result: 'success' })
  })

  test('that you may not make is a warning', async () => {
    const message = 'serviceaccounts "linkerd-failover" is forbidden: User "me" cannot impersonate resource'
    const wrap = answering((_, as) =>
      as === undefined ? undefined : Promise.resolve(err({ kind: 'forbidden' as const, message })),
    )
    expect(await resultOf(description, { wrap })).toMatchObject({
      result: 'warning',
      error: "the dry run cannot be sent: you may not impersonate the operator's ServiceAccount",
    })
  })

  test('is not made where no route can be tried', async () => {
    shop.sandbox.store.delete('trafficsplits', 'shop', 'web')
    expect(await resultOf(description)).toBeUndefined()
  })
})

describe('--wait', () => {
  test('tries again what may pass later, until it passes', async () => {
    const clock = createManualClock(now.getTime())
    shop.install({ available: 0 })
    const checking = shop.run('check --wait=5m0s', { clock, columns: 90, env: { NO_COLOR: '1' } })
    const pushing = setInterval(() => {
      if (clock.now() >= 60_000) {
        shop.install({ available: 1 })
        shop.lead(clock.wallTime())
      }
      void clock.advance(5_000)
    }, 5)
    const { exitCode, stdout, stderr } = await checking
    clearInterval(pushing)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('√ the operator is available')
    expect(stderr).toContain('waiting until the operator is available: 0 of 1 replicas')
    expect(clock.now()).toBeGreaterThanOrEqual(60_000)
  })

  test('ends when the time is over; off a terminal one line shows what it waits for', async () => {
    const clock = createManualClock(now.getTime())
    shop.install({ available: 0 })
    const checking = shop.run('check --wait=12s', { clock })
    const pushing = setInterval(() => void clock.advance(1_000), 5)
    const { exitCode, stderr } = await checking
    clearInterval(pushing)
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(
      /^waiting until the operator is available: 0 of 1 replicas of \S+ are available; see kubectl .* \(at most \d+ s more\)\n$/,
    )
    expect(clock.now()).toBeGreaterThanOrEqual(12_000)
  })

  test('does not wait for what does not mend itself', async () => {
    shop.split('worse', { web: -1 })
    const { exitCode } = await shop.run('check --wait=5m0s', options)
    expect(exitCode).toBe(1)
  })

  test('Ctrl-C ends it', async () => {
    shop.install({ available: 0 })
    const ending = new AbortController()
    const checking = shop.run('check --wait=5m0s', { ...options, signal: ending.signal, columns: 80 })
    ending.abort()
    expect((await checking).exitCode).toBe(130)
  })

  test.each(['soon', '5', '-1s'])('%s is not a duration', async (text) => {
    const { exitCode, stderr } = await shop.run(`check --wait=${text}`)
    expect(exitCode).toBe(64)
    expect(stderr).toContain('write it like 90s, 5m0s or 1.5h')
  })
})

test('colours are on a terminal only', async () => {
  const { stdout } = await shop.run(`check ${wait}`, { ...options, columns: 80 })
  expect(stdout).toContain('\u001b[32m√\u001b[0m')
})

describe('Drains', () => {
  const description = 'all Drains take something out, and end soon'
  const drain = (name: string, from: object, until: string) => addDrain(shop, name, { from: [from], until })
  const web = { service: { name: 'web' } }

  test('are not spoken of without any', async () => {
    expect(await resultOf(description)).toBeUndefined()
    followDrains(shop)
    expect(await resultOf(description)).toBeUndefined()
  })

  test('that make sense, or have ended', async () => {
    followDrains(shop)
    drain('shop/web', web, '2026-11-26T12:00:00Z')
    drain('shop/ended', { cluster: 'esat' }, '2026-11-24T12:00:00Z')
    expect(await resultOf(description)).toMatchObject({ result: 'success' })
  })

  test('that last for long, take nothing out or cannot be understood are warned of', async () => {
    followDrains(shop)
    drain('shop/long', web, '2026-11-28T12:00:01Z')
    drain('shop/mistyped', { cluster: 'esat' }, '2026-11-26T12:00:00Z')
    drain('other/far', web, '2026-11-26T12:00:00Z')
    drain('shop/odd', {}, '2026-11-26T12:00:00Z')
    expect(await resultOf(description)).toMatchObject({
      result: 'warning',
      error: [
        'these Drains need a look:',
        '\t* other/far takes nothing out: no route that it is for has such a backend',
        '\t* shop/long lasts for more than 72 hours, until 2026-11-28T12:00:01.000Z',
        '\t* shop/mistyped takes nothing out: no route that it is for has such a backend',
        '\t* shop/odd cannot be understood and takes nothing out: spec.from[0]: must name either a cluster or a service',
      ].join('\n'),
    })
  })

  test('that nobody follows are warned of', async () => {
    followDrains(shop)
    shop.install()
    drain('shop/web', web, '2026-11-26T12:00:00Z')
    expect((await resultOf(description)).error).toContain(
      'shop/web takes nothing out: the operator does not follow Drains',
    )
  })

  test('that must not be read are warned of', async () => {
    followDrains(shop)
    shop.sandbox.faults.fail(403, { resource: 'drains' })
    expect((await resultOf(description)).error).toMatch(/not all Drains could be looked at:\n.*403/)
  })
})

describe('waiting', () => {
  /** Hangs on a clock that nobody moves, if the command waits. */
  const atOnce = { clock: createManualClock(now.getTime()) }

  test('ends at once where nothing is installed, although weights do not match', async () => {
    const bare = await Shop.open()
    bare.service('web', 0)
    bare.service('east', 1)
    bare.split('web', { web: 1, east: 0 })
    const { exitCode, stdout } = await bare.run('check --wait=5m', atOnce)
    expect(exitCode).toBe(1)
    expect(stdout).toContain('× the operator is installed once')
    await bare.close()
  })

  test('never for a warning', async () => {
    shop.install({ available: 1, values: { replicas: 2, leaderElection: { enabled: true } } })
    const { exitCode, stdout } = await shop.run('check --wait=5m', atOnce)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('‼ the operator is available')
  })
})
