import { beforeEach, describe, expect, it, test } from 'vitest'
import { err, ok } from '../base/result.ts'
import { watchCluster } from '../controller/watch/cluster-watch.ts'
import { codecs } from '../routes/codecs.ts'
import { Discovery } from './discovery.ts'
import type { KubeError } from './errors.ts'
import { FakeTransport } from './testing/fake-transport.ts'
import { createManualClock, settle } from './testing/manual-clock.ts'
import { createMemoryLog } from './testing/memory-log.ts'

const gateway = 'gateway.networking.k8s.io'
const http = { group: gateway, plural: 'httproutes', versions: ['v1', 'v1beta1'] }
const tcp = { group: gateway, plural: 'tcproutes', versions: ['v1', 'v1alpha2'] }
const lost: KubeError = { kind: 'server', status: 503, message: 'no server' }
const notFound: KubeError = { kind: 'notFound', message: 'nothing here' }

/** What a server has: for each group and version the plurals in it. */
type Served = Readonly<Record<string, readonly string[]>>

let transport: FakeTransport
let clock: ReturnType<typeof createManualClock>
let discovery: Discovery
let served: Served
let failure: KubeError | undefined

beforeEach(() => {
  transport = new FakeTransport()
  clock = createManualClock()
  discovery = new Discovery(transport, clock)
  served = {}
  failure = undefined
})

const groups = () => {
  const names = [...new Set(Object.keys(served).map((path) => path.split('/')[0]))]
  return names.map((name) => ({
    name,
    versions: Object.keys(served)
      .filter((path) => path.startsWith(`${name}/`))
      .map((path) => ({ version: path.split('/')[1] })),
  }))
}

function answerOf(path: string) {
  if (failure) return err(failure)
  if (path === '/apis') return ok({ kind: 'APIGroupList', groups: groups() })
  const plurals = served[path.slice('/apis/'.length)]
  return plurals ? ok({ resources: plurals.map((name) => ({ name })) }) : err(notFound)
}

/** Paths asked for since the last time. */
async function answerAll(): Promise<string[]> {
  const paths: string[] = []
  while (transport.requests.length > 0) {
    for (const asked of transport.requests.splice(0)) {
      paths.push(asked.path)
      asked.answer(answerOf(asked.path))
    }
    await settle()
  }
  return paths
}

async function find(names: typeof http) {
  const answer = discovery.find(names)
  await settle()
  const asked = await answerAll()
  return { found: await answer, asked }
}

describe('which version is read', () => {
  test.each([
    ['the best of two', { [`${gateway}/v1`]: ['httproutes'], [`${gateway}/v1beta1`]: ['httproutes'] }, 'v1'],
    ['the only one', { [`${gateway}/v1beta1`]: ['httproutes'] }, 'v1beta1'],
    [
      'the one that has the kind',
      { [`${gateway}/v1`]: ['gateways'], [`${gateway}/v1beta1`]: ['httproutes'] },
      'v1beta1',
    ],
    ['none that the codec cannot read', { [`${gateway}/v2`]: ['httproutes'] }, undefined],
    ['none of another group', { 'policy.linkerd.io/v1beta1': ['httproutes'] }, undefined],
    ['none', {}, undefined],
  ])('%s', async (_, present, version) => {
    served = present
    const value = version && { group: gateway, version, plural: 'httproutes' }
    expect((await find(http)).found).toEqual(ok(value))
  })

  it('takes a version whose document is not there yet for not served', async () => {
    served = { [`${gateway}/v1`]: ['httproutes'] }
    const answer = discovery.find(http)
    await settle()
    transport.requests.shift()?.answer(ok({ groups: groups() }))
    served = {}
    await settle()
    await answerAll()
    expect(await answer).toEqual(ok(undefined))
  })

  it('fails where the server does, and where its answer is no list', async () => {
    failure = lost
    expect((await find(http)).found).toEqual(err(lost))
    failure = undefined
    await clock.advance(50)
    const answer = discovery.find(http)
    await settle()
    transport.requests.shift()?.answer(ok({ groups: 'many' }))
    expect(await answer).toMatchObject({ ok: false, error: { kind: 'protocol' } })
  })
})

describe('what it costs', () => {
  it('one request for all kinds, where none is served', async () => {
    const answers = codecs.map((codec) => discovery.find(codec))
    await settle()
    expect(await answerAll()).toEqual(['/apis'])
    expect(await Promise.all(answers)).toEqual(codecs.map(() => ok(undefined)))
  })

  it('one more for each version that is there of the groups asked for', async () => {
    served = { 'apps/v1': ['deployments'], [`${gateway}/v1`]: ['httproutes', 'grpcroutes'] }
    const answers = codecs.map((codec) => discovery.find(codec))
    await settle()
    expect((await answerAll()).sort()).toEqual(['/apis', `/apis/${gateway}/v1`])
    await Promise.all(answers)
  })

  it('nothing for 12 s, for a kind that is missing', async () => {
    await find(http)
    await clock.advance(11_999)
    expect((await find(tcp)).asked).toEqual([])
    await clock.advance(1)
    served = { [`${gateway}/v1`]: ['tcproutes'] }
    expect(await find(tcp)).toEqual({
      found: ok({ group: gateway, version: 'v1', plural: 'tcproutes' }),
      asked: ['/apis', `/apis/${gateway}/v1`],
    })
  })

  it('a fresh look for a kind that is served: it may have gone, or have a better version', async () => {
    served = { [`${gateway}/v1beta1`]: ['httproutes'] }
    await find(http)
    await clock.advance(50)
    served = { [`${gateway}/v1`]: ['httproutes'], ...served }
    expect((await find(http)).found).toMatchObject({ value: { version: 'v1' } })
    await clock.advance(50)
    served = {}
    expect((await find(http)).found).toEqual(ok(undefined))
  })
})

it('waits for no answer when all is stopped, and asks no more', async () => {
  const watches = watchCluster({
    ...{ transport, clock, selector: 'a', random: () => 0, log: createMemoryLog() },
    onDue: () => {},
    onSynced: () => {},
  })
  watches.start()
  await settle()
  expect(transport.requests.map(({ path }) => path)).toEqual(['/apis'])
  await watches.stop()
  await clock.advance(60_000)
  expect(transport.requests).toHaveLength(1)
})
