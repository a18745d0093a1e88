import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { name as operatorName } from '../../src/install/manifest.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import type { Weights } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'

let controlPlane: ControlPlane
let cluster: Cluster
let kubeconfig: string
let operators: Operator[] = []

const flags = ['--leader-elect', '--leader-elect-resource-namespace', operatorName]
const start = async (): Promise<Operator> => {
  const operator = startOperator(kubeconfig, flags)
  operators.push(operator)
  await operator.ready()
  return operator
}

beforeAll(async () => {
  controlPlane = await startControlPlane()
  await controlPlane.installCrd()
  kubeconfig = await controlPlane.operatorKubeconfig()
  cluster = openCluster(controlPlane.api)
  await start()
})
afterAll(async () => {
  await Promise.all(operators.map((operator) => operator.kill()))
  await controlPlane?.stop()
})

const annotationsOf = (policy: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(policy).map(([name, value]) => [`failover.linkerd.io/${name}`, value]))

let count = 0
/** The name of the split, and of its primary. */
let web: string
beforeEach(() => {
  count += 1
  web = `web${count}`
})

const far = ['east', 'west', 'asia']
const weights = (primary: number, ...others: number[]): Weights =>
  Object.fromEntries([[web, primary], ...far.map((name, index) => [`${web}-${name}`, others[index] ?? 0])])

/** A split with four Services that have two ready endpoints each, and a policy. */
async function addShop(policy: Readonly<Record<string, string>>): Promise<void> {
  for (const service of Object.keys(weights(100))) await cluster.addService(service, 2)
  await cluster.addSplit(web, weights(100), { annotations: annotationsOf(policy) })
}

describe('tiers', () => {
  it('serve in their order, with their weights', async () => {
    await addShop({ tiers: `${web}; ${web}-east=70,${web}-west=30; *` })
    await cluster.setReady(web, 0, 2)
    await cluster.weightsBecome(web, weights(0, 70, 30))
    await cluster.setReady(`${web}-east`, 0, 2)
    await cluster.weightsBecome(web, weights(0, 0, 30))
    await cluster.setReady(`${web}-west`, 0, 2)
    await cluster.weightsBecome(web, weights(0, 0, 0, 30))
    await cluster.setReady(`${web}-east`, 1, 2)
    await cluster.weightsBecome(web, weights(0, 70))
    await cluster.setReady(web, 2, 2)
    await cluster.weightsBecome(web, weights(70))
  })

  it('that cannot be understood move nothing, and an Event says why', async () => {
    await addShop({ tiers: `${web}; esat` })
    await cluster.setReady(web, 0, 2)
    await eventually(async () =>
      expect(await cluster.events({ split: web, reason: 'Misconfigured' })).toMatchObject([
        { note: expect.stringContaining('names "esat", but no backend has that name; backends are: ') },
      ]),
    )
    await cluster.fence()
    expect(await cluster.weights(web)).toEqual(weights(100))
    await cluster.annotate(web, { annotations: annotationsOf({ tiers: `${web}; ${web}-east` }) })
    await cluster.weightsBecome(web, weights(0, 100))
  })

  it('leave a backend that is in none of them without traffic, which is a finding', async () => {
    await addShop({ tiers: `${web}; ${web}-east`, 'min-ready': 'two' })
    await eventually(async () => {
      for (const reason of ['NotInAnyTier', 'IgnoredAnnotation'])
        expect(await cluster.events({ split: web, reason }), reason).not.toEqual([])
    })
    await cluster.setReady(web, 0, 2)
    await cluster.setReady(`${web}-east`, 0, 2)
    await cluster.fence()
    expect((await cluster.weights(web))[`${web}-west`]).toBe(0)
  })
})

it('a backend with too few ready endpoints is left before the last one is gone', async () => {
  await addShop({ 'min-ready': '2', tiers: `${web}; ${web}-east; *` })
  await cluster.setReady(web, 1, 2)
  await cluster.weightsBecome(web, weights(0, 100))
  await cluster.setReady(web, 2, 2)
  await cluster.weightsBecome(web, weights(100))
})

const waiting = z.object({
  items: z.array(z.object({ splits: z.array(z.object({ waits: z.object({ until: z.string() }) })) })),
})

describe('a wait', () => {
  beforeEach(async () => {
    await addShop({ 'failback-after': '4s', tiers: `${web}; ${web}-east` })
    await cluster.setReady(web, 0, 2)
    await cluster.weightsBecome(web, weights(0, 100))
  })

  /** Brings the primary back; answers with how long its traffic took to follow (ms). */
  async function returnOf(meanwhile: () => Promise<void>): Promise<number> {
    await cluster.setReady(web, 2, 2)
    const back = performance.now()
    await meanwhile()
    await cluster.weightsBecome(web, weights(100))
    return performance.now() - back
  }

  it('is kept from the return of the backend on', async () => {
    const ms = await returnOf(async () => {
      await cluster.fence()
      expect(await cluster.weights(web)).toEqual(weights(0, 100))
      const answer = await fetch(`${operators[0]?.adminUrl()}/api/v1/routes?search=default/${web}`)
      const { items } = waiting.parse(await answer.json())
      expect(Date.parse(items[0]?.splits[0]?.waits.until ?? '')).toBeGreaterThan(Date.now())
    })
    expect(ms).toBeGreaterThan(3_900)
    const note = `default/${web} is ready again; it gets its traffic back when it has stayed ready for 4s`
    await eventually(async () => {
      const events = await cluster.events({ split: web, reason: 'ReturnWaits' })
      expect(events.map((event) => [event.note, event.series?.count])).toEqual([[note, undefined]])
    })
  })

  it('is kept although another client puts the weights back', async () => {
    const ms = await returnOf(async () => {
      const backends = Object.entries(weights(100)).map(([service, weight]) => ({ service, weight }))
      await controlPlane.kubectl([
        'patch',
        `trafficsplit/${web}`,
        '--type=merge',
        `-p=${JSON.stringify({ spec: { backends } })}`,
      ])
      await cluster.weightsBecome(web, weights(0, 100))
    })
    expect(ms).toBeGreaterThan(3_900)
  })

  it('is over at once if nothing else can serve', async () => {
    await cluster.setReady(web, 2, 2)
    await cluster.fence()
    await cluster.setReady(`${web}-east`, 0, 2)
    await cluster.weightsBecome(web, weights(100), 3_000)
  })

  it('goes on with a standby that takes over', async () => {
    const [leader] = operators
    if (!leader) throw new Error('there is an operator')
    operators = [await start()]
    const ms = await returnOf(async () => {
      await cluster.fence()
      await leader.stop()
    })
    expect(ms).toBeGreaterThan(3_900)
  })

  it('begins from scratch with an operator that was restarted', async () => {
    const [leader] = operators
    if (!leader) throw new Error('there is an operator')
    await cluster.setReady(web, 2, 2)
    await cluster.fence()
    await leader.stop()
    const restarted = performance.now()
    operators = [await start()]
    await cluster.fence()
    expect(await cluster.weights(web)).toEqual(weights(0, 100))
    await cluster.weightsBecome(web, weights(100))
    expect(performance.now() - restarted).toBeGreaterThan(3_900)
  })
})

const restart = async () => {
  for (const operator of operators) await operator.stop()
  operators = []
  await start()
}
const handOver = async () => {
  const [leader] = operators
  operators = [await start()]
  await leader?.stop()
}

describe.each([
  ['a restart', restart],
  ['a hand-over', handOver],
])('%s in the middle', (_, interrupt) => {
  /** Nothing is written for the interruption itself. */
  async function interrupted(): Promise<void> {
    await cluster.fence()
    const before = await cluster.version(web)
    await interrupt()
    await cluster.fence()
    expect(await cluster.version(web)).toBe(before)
  }

  it('keeps the order of tiers, and the weights in them', async () => {
    await addShop({ tiers: `${web}; ${web}-east=70,${web}-west=30; *` })
    await cluster.setReady(web, 0, 2)
    await cluster.weightsBecome(web, weights(0, 70, 30))
    await interrupted()
    await cluster.setReady(`${web}-west`, 0, 2)
    await cluster.weightsBecome(web, weights(0, 70))
    await cluster.setReady(`${web}-east`, 0, 2)
    await cluster.weightsBecome(web, weights(0, 0, 0, 70))
    await interrupted()
    await cluster.setReady(`${web}-west`, 2, 2)
    await cluster.weightsBecome(web, weights(0, 0, 30))
    await cluster.setReady(web, 2, 2)
    await cluster.weightsBecome(web, weights(30))
  })

  it('keeps away from a backend that has a ready endpoint, but too few', async () => {
    await addShop({ 'min-ready': '2', tiers: `${web}; ${web}-east; *` })
    await cluster.setReady(web, 1, 2)
    await cluster.weightsBecome(web, weights(0, 100))
    await interrupted()
    await cluster.setReady(`${web}-east`, 1, 2)
    await cluster.weightsBecome(web, weights(0, 0, 100, 100))
    for (const name of [`${web}-west`, `${web}-asia`]) await cluster.setReady(name, 1, 2)
    // Nothing has enough any more, so whoever serves goes on.
    await interrupted()
    await cluster.setReady(web, 2, 2)
    await cluster.weightsBecome(web, weights(100))
  })

  it('keeps the shares of backends that serve together, and gives a share of 0 nothing', async () => {
    await addShop({ tiers: `${web}=70,${web}-east=30,${web}-west=0; ${web}-asia` })
    await cluster.weightsBecome(web, weights(70, 30))
    await interrupted()
    await cluster.setReady(web, 0, 2)
    await cluster.weightsBecome(web, weights(0, 30))
    await interrupted()
    await cluster.setReady(`${web}-east`, 0, 2)
    await cluster.weightsBecome(web, weights(0, 0, 0, 30))
    await cluster.setReady(`${web}-asia`, 0, 2)
    await interrupted()
    await cluster.setReady(web, 2, 2)
    await cluster.weightsBecome(web, weights(70))
    await cluster.setReady(`${web}-east`, 2, 2)
    await cluster.weightsBecome(web, weights(70, 30))
  })
})
