import { describe, expect, it, test } from 'vitest'
import { type Recorded, recorded } from './testing/recorded.ts'
import { readView } from './view.ts'

async function* inOne(text: string) {
  yield Buffer.from(text)
}
const all = () => true
const viewOf = (text: string, isWanted: (service: string) => boolean = all) => readView(inOne(text), isWanted)

/** Sets as `cluster/service@node=endpoints`. */
async function setsOf(name: Recorded): Promise<string[]> {
  const view = await viewOf(recorded(name))
  if (!view.ok) throw new Error(view.error)
  return view.value.sets.map(
    ({ cluster, service, port, node, endpoints }) =>
      `${cluster} ${service}:${port}${node === undefined ? '' : `@${node}`}=${endpoints ?? '?'}`,
  )
}

describe('what real destination controllers report', () => {
  it('2.20 reports nothing of a set before its first change', async () => {
    expect(await setsOf('subscribed')).toEqual([
      'local shop/cart:80@n1=?',
      'local shop/empty:80@n1=?',
      'local shop/web:80@n1=?',
      'local shop/web:80@n2=?',
      'target shop/api:80@n1=?',
      'target shop/cart:80@n1=?',
    ])
  })

  it('2.20 counts by node and cluster', async () => {
    expect(await setsOf('changed')).toEqual([
      'local shop/cart:80@n1=1',
      'local shop/empty:80@n1=?',
      'local shop/web:80@n1=2',
      'local shop/web:80@n2=2',
      'target shop/api:80@n1=2',
      'target shop/cart:80@n1=1',
    ])
  })

  it('a Service that was created again has lost its addresses', async () => {
    expect(await setsOf('recreated')).toEqual(expect.arrayContaining(['local shop/web:80@n1=0']))
    expect(await setsOf('linkerd-2.13-recreated')).toContain('local shop/web:80=0')
  })

  it('2.13 reports a set at once, for all nodes, of one cluster', async () => {
    const sets = await setsOf('linkerd-2.13-subscribed')
    expect(sets).toContain('local shop/web:80=2')
    expect(sets).toContain('local shop/empty:80=0')
  })

  test.each([
    ['changed', ['local', 'target']],
    ['started-while-away', ['local']],
    ['linkerd-2.13-subscribed', []],
  ] as const)('which clusters it reads: %s', async (name, clusters) => {
    expect(await viewOf(recorded(name))).toMatchObject({ ok: true, value: { clusters } })
  })

  it('when its process started', async () => {
    expect(await viewOf(recorded('started-while-away'))).toMatchObject({
      value: { startedAt: 1_795_948_744_180 },
    })
  })
})

it('keeps only what is asked for', async () => {
  const view = await viewOf(recorded('changed'), (service) => service === 'shop/web')
  expect(view.ok && view.value.sets.map(({ service }) => service)).toEqual(['shop/web', 'shop/web'])
})

it('leaves out what proxies ask of one host of a headless Service', async () => {
  const labels = 'cluster="local",namespace="shop",service="db",port="80",nodename="n1"'
  const view = await viewOf(
    `pod_cache_size 1\nendpoints_pods{${labels},hostname="db-0"} 1\nendpoints_pods{${labels},hostname=""} 3\n`,
  )
  expect(view).toMatchObject({ ok: true, value: { sets: [{ endpoints: 3 }] } })
})

const set = 'namespace="shop",service="web",port="80"'
test.each([
  ['nothing', ''],
  ['a page', '<html><body>404</body></html>\n'],
  ['metrics of another program', 'go_goroutines 7\nup 1\n'],
])('is not of the destination controller: %s', async (_, text) => {
  expect(await viewOf(text)).toEqual({
    ok: false,
    error: 'its answer has no metrics of the destination controller, or of a version that is not known here',
  })
})

test.each([
  [
    'line 2 of its metrics cannot be read: it has no value',
    `pod_cache_size 1\nendpoints_pods{${set}} many\n`,
  ],
  ['line 1 of its metrics cannot be read: its labels cannot be read', `endpoints_pods{${set} 1\n`],
  ['the metric endpoints_pods has other labels than are known here', 'endpoints_pods{service="web"} 1\n'],
  [
    'the metric endpoints_pods has other labels than are known here',
    'endpoints_pods{namespace="shop",service="web",port="http"} 1\n',
  ],
])('%s', async (error, text) => expect(await viewOf(text)).toEqual({ ok: false, error }))

/** The metrics of a Pod with so many sets of one Service, in pieces that end anywhere. */
async function* large(sets: number) {
  const line = (index: number) =>
    `endpoints_pods{namespace="shop",service="web",port="80",nodename="n${index}"} 1\n`
  const text = Buffer.from(`pod_cache_size 1\n${Array.from({ length: sets }, (_, n) => line(n)).join('')}`)
  for (let at = 0; at < text.length; at += 1000) yield text.subarray(at, at + 1000)
}

it('keeps nothing of sets that are not asked for, however many there are', async () => {
  const view = await readView(large(5000), () => false, 0)
  expect(view).toMatchObject({ ok: true, value: { sets: [] } })
})

it('refuses more sets than it can keep', async () => {
  expect(await readView(large(100), all, 100)).toMatchObject({ ok: true })
  expect(await readView(large(101), all, 100)).toEqual({
    ok: false,
    error: 'it has more than 100 sets of endpoints for these Services',
  })
})
