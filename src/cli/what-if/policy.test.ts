import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { docsAddress } from '../../base/docs.ts'
import { targets } from '../../policies/testing/policy-objects.ts'
import { addPolicy, followPolicies } from '../policies/testing/policies.ts'
import { Shop } from '../testing/shop.ts'

const options = { namespace: 'shop' }

let shop: Shop
let folder: string
beforeEach(async () => {
  shop = await Shop.open()
  folder = await mkdtemp(join(tmpdir(), 'what-if-policy-'))
  followPolicies(shop)
  shop.service('web', 2)
  shop.mirrored('web-east', 'east', 1)
  shop.split('web', { web: 1, 'web-east': 0 })
  shop.service('api', 2)
  shop.split('api', { api: 1, 'web-east': 0 })
})
afterEach(async () => {
  await shop.close()
  await rm(folder, { recursive: true })
})

let count = 0
async function file(text: string): Promise<string> {
  count += 1
  const path = join(folder, `policy${count}.yaml`)
  await writeFile(path, text)
  return path
}

const policyText = (name: string, spec: object, extra = '') => `
apiVersion: failover.linkerd.io/v1alpha1
kind: FailoverPolicy
metadata: { name: ${name}${extra} }
spec: ${JSON.stringify(spec)}
`
const eastFirst = { tiers: [{ clusters: ['east'] }, { rest: {} }] }
const forWeb = { targetRefs: [targets.split('web')] }

/** Runs `what-if` with files of these texts, and with these flags. */
async function whatIf(texts: readonly string[], flags: readonly string[] = [], input?: string) {
  const files: string[] = []
  for (const text of texts) files.push('--policy', await file(text))
  const { exitCode, stdout, stderr } = await shop.run(['what-if', ...files, ...flags], {
    ...options,
    ...(input === undefined ? {} : { input }),
  })
  const plain = (text: string) =>
    text
      .replaceAll(`${folder}/`, '')
      .replaceAll(/policy\d+/g, 'policy')
      .replaceAll(docsAddress, 'DOCS/')
      .replaceAll(/(FILE|policy\.yaml) +/g, '$1   ')
  return { exitCode, stdout: plain(stdout), stderr: plain(stderr) }
}

describe('a policy of a file', () => {
  test('is tried as if it were applied', async () => {
    const { exitCode, stdout, stderr } = await whatIf([policyText('web', { ...forWeb, ...eastFirst })])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatchInlineSnapshot(`
      "POLICY                    FILE   ACCEPTED   ROUTES   NOTE
      FailoverPolicy shop/web   policy.yaml   yes        1        new

      NAMESPACE   KIND           NAME   EFFECT   SERVED BY   THEN BY    WHY
      shop        TrafficSplit   web    moves    web         web-east   shop/web-east has 1 of 1 endpoints ready

      2 routes: 1 moves, 1 stays
      "
    `)
    expect(shop.writes).toBe(0)
  })

  test('can come from standard input, with several documents, lists and other objects', async () => {
    const other = 'apiVersion: v1\nkind: Service\nmetadata: { name: web }\n'
    const list = `apiVersion: v1
kind: List
items:
- ${JSON.stringify({ apiVersion: 'failover.linkerd.io/v1alpha1', kind: 'FailoverPolicy', metadata: { name: 'api', namespace: 'shop' }, spec: { targetRefs: [targets.split('api')], minReady: { count: 3 } } })}
`
    const input = `---\n---${policyText('web', { ...forWeb, ...eastFirst })}---\n${other}---\n${list}`
    const { exitCode, stdout, stderr } = await whatIf([], ['--policy', '-'], input)
    expect(exitCode).toBe(0)
    expect(stderr).toBe('1 object of other kinds in the files left out: Service\n')
    expect(stdout).toMatch(/^FailoverPolicy shop\/web +standard input, document 1 +yes +1 +new$/m)
    expect(stdout).toMatch(/^FailoverPolicy shop\/api +standard input, document 3, items\[0\] +yes +1 +new$/m)
    expect(stdout).toContain('2 routes: 1 fails over, 1 moves')
  })

  test('replaces the one of its name, and keeps its age', async () => {
    addPolicy(shop, 'shop/web', { ...forWeb, ...eastFirst })
    shop.split('web', { web: 0, 'web-east': 1 })
    const tiers = { tiers: [{ clusters: ['Local'] }, { rest: {} }] }
    const { stdout } = await whatIf([policyText('web', { ...forWeb, ...tiers })])
    expect(stdout).toMatch(/^FailoverPolicy shop\/web .* yes +1 +replaces the one in the cluster$/m)
    expect(stdout).toMatch(/^shop +TrafficSplit +web +moves +web-east +web /m)
  })

  test('is merged with those of other levels', async () => {
    addPolicy(shop, 'linkerd-failover/all', { targetRefs: [targets.mesh], minReady: { count: 3 } })
    const { stdout } = await whatIf([policyText('web', { ...forWeb, minReady: { count: 2 } })])
    expect(stdout).toMatch(/^shop +TrafficSplit +web +fails back/m)
    expect(stdout).not.toMatch(/^shop +TrafficSplit +api/m)
  })

  test('can ask for approval, without which no route goes back', async () => {
    shop.split('web', { web: 0, 'web-east': 1 })
    const manual = { ...forWeb, failback: { mode: 'Manual' } }
    const { stdout } = await whatIf([policyText('web', manual)], ['-o', 'json'])
    const { routes } = JSON.parse(stdout)
    const web = routes.find(({ name }: { name: string }) => name === 'web')
    expect(web.splits[0]).toMatchObject({ before: ['shop/web'], after: ['shop/web-east'] })
    addPolicy(shop, 'shop/web', manual)
    expect((await whatIf([], ['--down', 'api'])).stdout).not.toMatch(/^shop +TrafficSplit +web /m)
    const down = await whatIf([], ['--down', 'web-east'])
    expect(down.stdout).toMatch(/^shop +TrafficSplit +web +fails back +web-east +web /m)
  })

  test('can be tried with a cluster that is lost, and with a Drain', async () => {
    const drain = `---
apiVersion: failover.linkerd.io/v1alpha1
kind: Drain
metadata: { name: east, namespace: linkerd-failover }
spec: { from: [{ cluster: east }], until: "2999-01-01T00:00:00Z", reason: CHG-1 }
`
    const policy = policyText('web', { ...forWeb, ...eastFirst })
    const { stdout } = await whatIf([policy + drain], ['--down', 'web,api'])
    expect(stdout).toMatch(/^Drain linkerd-failover\/east +policy.yaml, document 2 +yes +2 +new$/m)
    expect((await whatIf([policy], ['--drain', 'cluster/east'])).stdout).toContain('2 routes: 2 stay')
    expect((await whatIf([policy], ['--cluster-down', 'east', '--down', 'web'])).exitCode).toBe(1)
  })

  test('that puts the primary first makes no move of a failover', async () => {
    shop.httpRoute('pay', [{ web: 1, api: 0 }])
    const order = { tiers: [{ backends: [{ name: 'web' }] }, { rest: {} }] }
    const policy = policyText('pay', { targetRefs: [targets.http('pay')], ...order })
    const { stdout } = await whatIf([policy], ['--down', 'web'])
    expect(stdout).toMatch(/^shop +HTTPRoute +pay\[0\] +fails over +web +api /m)
  })

  test('is in the JSON', async () => {
    const { stdout } = await whatIf([policyText('web', { ...forWeb, ...eastFirst })], ['-o', 'json'])
    const { policies, notes, routes, totals } = JSON.parse(stdout)
    expect(policies).toEqual([
      {
        kind: 'FailoverPolicy',
        namespace: 'shop',
        name: 'web',
        source: 'policy.yaml',
        replaces: false,
        accepted: true,
        reason: 'Accepted',
        message: 'the operator follows it',
        dryRun: false,
        routes: 1,
      },
    ])
    expect(notes).toEqual([])
    expect(routes).toHaveLength(2)
    expect(totals.moves).toBe(1)
  })
})

test('the exit code is 1 if a route would go dark by it', async () => {
  shop.mirrored('web-west', 'west', 0)
  shop.split('only', { web: 1, 'web-west': 0 })
  const spec = { targetRefs: [targets.split('only')], tiers: [{ clusters: ['west'] }] }
  const { exitCode, stdout } = await whatIf([policyText('only', spec)], ['--down', 'web'])
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/^shop +TrafficSplit +only +goes dark/m)
})

describe('what the operator would not follow', () => {
  test.each([
    [
      'a policy with the target of an older one',
      { ...forWeb, ...eastFirst },
      0,
      /new; Conflicted: TrafficSplit shop\/web follows shop\/older, which is older, or first by name$/m,
    ],
    [
      'a policy of a route that is not there',
      { targetRefs: [targets.http('wbe')] },
      0,
      /new; TargetNotFound: there is no controlled route HTTPRoute shop\/wbe$/m,
    ],
    [
      'a policy of a Service that is not there',
      { targetRefs: [targets.service('wbe')] },
      0,
      /new; TargetNotFound: there is no Service Service shop\/wbe$/m,
    ],
    [
      'a policy of the Mesh outside of the namespace of the operator',
      { targetRefs: [targets.mesh], ...eastFirst },
      1,
      /new; Invalid: .* a policy of the Mesh must be in the namespace linkerd-failover$/m,
    ],
  ])('is said of %s', async (_, spec, code, note) => {
    addPolicy(shop, 'shop/older', { ...forWeb, minReady: { count: 1 } })
    const { exitCode, stdout } = await whatIf([policyText('web', spec)])
    expect(stdout).toMatch(note)
    expect(stdout).toMatch(/^FailoverPolicy shop\/web +policy.yaml +no +0 +new; /m)
    expect(stdout).toContain('2 routes: 2 stay')
    expect(exitCode).toBe(code)
  })

  test('is said of one of several targets', async () => {
    const spec = { targetRefs: [targets.split('web'), targets.split('wbe')] }
    const { stdout } = await whatIf([policyText('web', spec)])
    expect(stdout).toMatch(
      /yes +1 +new; Accepted: the operator follows it for 1 of 2 targets; of the others: /,
    )
  })

  test('is said of a Drain that is over, and of one that takes out nothing', async () => {
    const drain = (name: string, cluster: string, until: string) => `---
apiVersion: failover.linkerd.io/v1alpha1
kind: Drain
metadata: { name: ${name} }
spec: { from: [{ cluster: ${cluster} }], until: "${until}", reason: CHG-1 }
`
    const past = drain('past', 'east', '2020-01-01T00:00:00Z')
    const { stdout, exitCode } = await whatIf([past + drain('north', 'north', '2999-01-01T00:00:00Z')])
    expect(stdout).toMatch(/^Drain shop\/past .* no +0 +new; Expired: its time, spec.until, is over$/m)
    expect(stdout).toMatch(/^Drain shop\/north .* yes +0 +new; NothingMatches: /m)
    expect(exitCode).toBe(0)
  })

  test('is said of routes that could not follow it', async () => {
    const spec = { targetRefs: [targets.namespace('shop')], tiers: [{ backends: [{ name: 'web' }] }] }
    const { stdout } = await whatIf([policyText('all', spec)])
    expect(stdout).toContain(
      'note: TrafficSplit shop/api: the FailoverPolicy shop/all names none of its backends\n',
    )
    expect(stdout).toContain('note: TrafficSplit shop/web: the Service shop/web-east is in none of the tiers')
  })

  test('is said of a DryRun, with the routes that would follow it', async () => {
    const spec = { ...forWeb, ...eastFirst, enforcement: 'DryRun' }
    const { stdout } = await whatIf([policyText('web', spec)])
    expect(stdout).toMatch(
      /^FailoverPolicy shop\/web .* yes +1 +new; DryRun: it moves nothing, try it with /m,
    )
    expect(stdout).toContain('2 routes: 2 stay')
  })

  test('is said of a DryRun in the place of a policy that is enforced, which moves routes', async () => {
    addPolicy(shop, 'shop/web', { ...forWeb, ...eastFirst })
    shop.split('web', { web: 0, 'web-east': 1 })
    const spec = { ...forWeb, ...eastFirst, enforcement: 'DryRun' }
    const { stdout } = await whatIf([policyText('web', spec)])
    expect(stdout).toMatch(
      /replaces the one in the cluster; DryRun: it moves nothing, and what routes follow of that one ends; try it /,
    )
    expect(stdout).toMatch(/^shop +TrafficSplit +web +moves +web-east +web /m)
  })

  test('is said of an operator that follows none', async () => {
    shop.install()
    const { stderr, stdout } = await whatIf([policyText('web', { ...forWeb, ...eastFirst })])
    expect(stderr).toMatch(/^the operator follows no policies and no Drains yet; /)
    expect(stdout).toContain('1 moves')
  })
})

describe('namespaces', () => {
  test('a policy without one is of that of --namespace', async () => {
    shop.service('pay/web', 2)
    shop.split('web', { web: 1 }, { namespace: 'pay' })
    const { stdout } = await whatIf([policyText('web', forWeb)], ['-n', 'pay'])
    expect(stdout).toMatch(/^FailoverPolicy pay\/web +policy.yaml +yes +1 +new$/m)
  })

  test('targets in a namespace that was not read are taken to be there', async () => {
    const text = policyText('web', { targetRefs: [targets.split('wbe')] }, ', namespace: other')
    const { stdout } = await whatIf([text], ['-n', 'shop'])
    expect(stdout).toMatch(/^FailoverPolicy other\/web +policy.yaml +yes +0 +new$/m)
  })
})

describe('a wrong file', () => {
  const wrong = async (...texts: string[]) => {
    const { exitCode, stdout, stderr } = await whatIf(texts)
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' })
    expect(stderr.trim()).not.toContain('\n')
    expect(stderr).toMatch(/; correct the files; \S+using\/api.md describes every field\n$/)
    expect(shop.sandbox.store.requests({ verb: 'list' })).toBe(0)
    return stderr
  }

  test('is refused with the file, the document, the field, and all that is wrong', async () => {
    const good = policyText('good', forWeb)
    const bad = policyText('bad', { ...forWeb, tires: [], minReady: { percent: 50 } })
    expect(
      await wrong(`${good}---${bad}`, policyText('Bad', { targetRefs: [targets.namespace('pay')] })),
    ).toMatchInlineSnapshot(`
      "linkerd-failover: policy.yaml, document 2, FailoverPolicy shop/bad: spec.tires: there is no such field, spec.minReady: percent alone does not see Pods that were deleted: write count or expected, too; policy.yaml, FailoverPolicy: metadata.name: must be the name of an object, such as cart; correct the files; DOCS/using/api.md describes every field
      "
    `)
  })

  test.each([
    ['no YAML', 'a: [', /policy.yaml: it cannot be read: .* line 1/],
    ['nothing', '', /policy.yaml: there is no FailoverPolicy and no Drain in it/],
    [
      'other kinds alone',
      'apiVersion: v1\nkind: Service\n',
      /policy.yaml: there is no FailoverPolicy and no Drain in it/,
    ],
    ['no object', '- 1', /policy.yaml: it is no object of Kubernetes: apiVersion and kind must be there/],
    [
      'a kind that does not exist',
      policyText('a', forWeb).replace('kind: FailoverPolicy', 'kind: FailoverPolcy'),
      /kind: must be FailoverPolicy or Drain, and is FailoverPolcy/,
    ],
    [
      'a version that does not exist',
      policyText('a', forWeb).replace('v1alpha1', 'v1'),
      /apiVersion: must be failover.linkerd.io\/v1alpha1, and is failover.linkerd.io\/v1;/,
    ],
    [
      'no name',
      policyText('""', forWeb),
      /policy.yaml, FailoverPolicy: metadata.name: must be the name of an object/,
    ],
    [
      'a policy twice',
      `${policyText('a', forWeb)}---${policyText('a', forWeb)}`,
      /document 2, FailoverPolicy shop\/a: it is in policy.yaml, document 1, too; keep one of them/,
    ],
    [
      'a Namespace that is not its own',
      policyText('a', { targetRefs: [targets.namespace('pay')] }),
      /FailoverPolicy shop\/a: spec.targetRefs\[0\]: the Namespace pay is not that of the policy; create the policy there/,
    ],
    [
      'a backend in two tiers',
      policyText('a', {
        ...forWeb,
        tiers: [{ backends: [{ name: 'web' }] }, { backends: [{ name: 'web' }] }],
      }),
      /spec.tiers\[1\].backends: web is in two tiers/,
    ],
  ])('with %s', async (_, text, message) => {
    expect(await wrong(text)).toMatch(message)
  })

  test('that is not there', async () => {
    const { exitCode, stderr } = await shop.run(['what-if', '--policy', join(folder, 'none.yaml')], options)
    expect(exitCode).toBe(64)
    expect(stderr).toMatch(/none.yaml cannot be read: ENOENT/)
  })

  test('says nothing to a terminal', async () => {
    const text = policyText('a', forWeb).replace('kind: FailoverPolicy', 'kind: "\\e[2J"')
    expect(await wrong(text)).toContain('^[[2J')
  })
})
