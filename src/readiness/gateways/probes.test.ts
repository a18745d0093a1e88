import { describe, expect, it, test } from 'vitest'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import type { Probed } from './link.ts'
import { Probes } from './probes.ts'
import { type Behaviour, FakeNetwork } from './testing/fake-network.ts'

const settings = { periodMs: 500, timeoutMs: 400, failures: 2, successes: 3 }
const [east, east2, west] = ['192.0.2.10', '192.0.2.11', '198.51.100.10']
const gateway = (...addresses: string[]): Probed[] => [{ addresses, port: 4191, path: '/ready' }]

/** Gateways that are probed: by default that of east at one address, and that of west. */
function world(gateways: Record<string, Probed[]> = { east: gateway(east), west: gateway(west) }) {
  const manual = createManualClock()
  /** What the clock jumps by without a timer that fires: the process was stopped. */
  let stopped = 0
  const clock = { ...manual, now: () => manual.now() + stopped }
  const network = new FakeNetwork(clock)
  const changes: string[] = []
  const outcomes: string[] = []
  const probes = new Probes({
    settings,
    network,
    clock,
    onChange: (cluster, { state }) => changes.push(`${cluster} ${state} at ${manual.now()}`),
    onOutcome: (cluster, { kind }) => outcomes.push(`${cluster} ${kind}`),
  })
  const want = (wanted: Record<string, Probed[]>) => probes.want(new Map(Object.entries(wanted)))
  want(gateways)
  return {
    probes,
    network,
    changes,
    outcomes,
    want,
    pending: () => manual.pending,
    advance: (ms: number) => manual.advance(ms),
    stop: (ms: number) => {
      stopped += ms
    },
    turn: (does: Behaviour, ...addresses: string[]) => {
      for (const address of addresses) network.does.set(address, does)
    },
    stateOf: (cluster: string) => probes.of(cluster)?.state,
  }
}

type World = ReturnType<typeof world>

/** A world whose gateways have all answered, 10 ms into a period. */
async function alive(gateways?: Record<string, Probed[]>): Promise<World> {
  const all = world(gateways)
  await all.advance(1_010)
  all.changes.splice(0)
  all.outcomes.splice(0)
  return all
}

describe('a gateway', () => {
  it('is pending until it answers, and up with the first answer', async () => {
    const { stateOf, advance } = world()
    expect(stateOf('east')).toBe('pending')
    await advance(10)
    expect(stateOf('east')).toBe('up')
  })

  it('is asked twice a second at its path, on one line', async () => {
    const { network, advance } = world({ east: gateway(east) })
    await advance(9_990)
    expect(network.asked).toEqual(Array.from({ length: 20 }, () => `${east} /ready`))
    expect(network.lines).toEqual([{ name: `${east}:4191`, address: east, port: 4191, path: '/ready' }])
  })

  test.each([
    ['refuses', 1_010],
    ['fails', 1_010],
    ['hangs', 1_400],
  ] as const)('that %s is down %d ms after its last answer', async (does, ms) => {
    const { turn, advance, changes } = await alive()
    turn(does, east)
    await advance(3_000)
    expect(changes).toEqual([`east down at ${1_000 + ms - (ms === 1_400 ? 0 : 5)}`])
  })

  it('that refuses or hangs once stays up', async () => {
    for (const does of ['refuses', 'hangs'] as const) {
      const { turn, advance, changes } = await alive()
      turn(does, east)
      await advance(600)
      turn('answers', east)
      await advance(5_000)
      expect(changes).toEqual([])
    }
  })

  it('that is down is up again after three answers in a row, and not before', async () => {
    const { turn, advance, stateOf } = await alive()
    turn('refuses', east)
    await advance(2_000)
    turn('answers', east)
    await advance(1_000)
    turn('refuses', east)
    await advance(500)
    turn('answers', east)
    await advance(1_000)
    expect(stateOf('east')).toBe('down')
    await advance(500)
    expect(stateOf('east')).toBe('up')
  })

  it('that flaps each second goes down once, and stays so', async () => {
    const { turn, advance, changes, stateOf } = await alive()
    for (let second = 0; second < 20; second += 1) {
      turn(second % 2 === 0 ? 'refuses' : 'answers', east)
      await advance(1_000)
    }
    expect(changes).toHaveLength(1)
    expect(stateOf('east')).toBe('down')
  })

  it('says why it is down, and since when', async () => {
    const { turn, advance, probes } = await alive()
    turn('hangs', east)
    await advance(3_000)
    expect(probes.of('east')).toMatchObject({
      trouble: `${east}:4191: no answer within 400 ms`,
      since: new Date(Date.UTC(2026, 0, 1) + 2_400),
    })
  })
})

describe('of two addresses', () => {
  const two = { east: gateway(east, east2), west: gateway(west) }

  it('one is enough', async () => {
    const { turn, advance, changes } = await alive(two)
    turn('refuses', east)
    await advance(5_000)
    turn('hangs', east)
    await advance(5_000)
    expect(changes).toEqual([])
  })

  it('both must fail, each in its way', async () => {
    const { turn, advance, probes } = await alive(two)
    turn('refuses', east)
    turn('hangs', east2)
    await advance(2_000)
    const trouble = `${east}:4191: connection refused, ${east2}:4191: no answer within 400 ms`
    expect(probes.of('east')).toMatchObject({ state: 'down', trouble })
  })

  it('the turns of one and the other are not misses in a row', async () => {
    const { turn, advance, changes } = await alive(two)
    for (let round = 0; round < 10; round += 1) {
      turn('refuses', round % 2 === 0 ? east : east2)
      turn('answers', round % 2 === 0 ? east2 : east)
      await advance(500)
    }
    expect(changes).toEqual([])
  })
})

describe('if no gateway answers', () => {
  it('it may be the own network: nothing is said of any, as long as that lasts', async () => {
    const { turn, advance, changes, stateOf } = await alive()
    turn('hangs', east, west)
    await advance(10_000)
    expect(changes.map((change) => change.split(' at')[0])).toEqual(['east unsure', 'west unsure'])
    turn('answers', east, west)
    await advance(1_000)
    expect([stateOf('east'), stateOf('west')]).toEqual(['up', 'up'])
  })

  it('one that was down before stays so, and nothing is said of the others', async () => {
    const { turn, advance, stateOf } = await alive()
    turn('refuses', east)
    await advance(2_000)
    turn('refuses', west)
    await advance(10_000)
    expect([stateOf('east'), stateOf('west')]).toEqual(['down', 'unsure'])
  })

  it('one that still fails when another is back is down', async () => {
    const { turn, advance, stateOf } = await alive()
    turn('hangs', east, west)
    await advance(3_000)
    turn('answers', west)
    await advance(1_500)
    expect([stateOf('east'), stateOf('west')]).toEqual(['down', 'up'])
  })

  it('a slow answer of another is waited for, and a witness', async () => {
    const { turn, advance, stateOf, network } = await alive()
    network.delayMs = 300
    turn('refuses', east)
    await advance(2_000)
    expect([stateOf('east'), stateOf('west')]).toEqual(['down', 'up'])
  })
})

describe('the only gateway', () => {
  const alone = { east: gateway(east) }

  it('is down if it has answered before', async () => {
    const { turn, advance, stateOf } = await alive(alone)
    turn('refuses', east)
    await advance(2_000)
    expect(stateOf('east')).toBe('down')
  })

  it('that never answered is not known: perhaps no probe gets through', async () => {
    const { turn, advance, stateOf, changes } = world(alone)
    turn('hangs', east)
    await advance(1_000)
    expect(stateOf('east')).toBe('unsure')
    await advance(60_000)
    expect(changes).toHaveLength(1)
  })
})

describe('the operator itself', () => {
  it('was stopped for 10 s in the middle of a probe: no miss', async () => {
    const { advance, stop, network, outcomes, changes } = await alive()
    network.delayMs = 390
    await advance(500)
    stop(10_000)
    network.delayMs = 5
    await advance(3_000)
    expect(outcomes.filter((outcome) => outcome.endsWith('missed'))).toEqual([])
    expect(changes).toEqual([])
  })

  it('was stopped again and again while nothing answered: no miss either, but nothing is known', async () => {
    const { advance, stop, turn, outcomes, stateOf } = world()
    turn('hangs', east, west)
    for (let round = 1; round <= 20; round += 1) {
      expect(stateOf('east'), `round ${round}`).toBe('pending')
      await advance(100)
      stop(1_000)
      await advance(300)
    }
    expect(new Set(outcomes)).toEqual(new Set(['east void', 'west void']))
    expect(stateOf('east')).toBe('unsure')
  })

  it('is a little late: what has arrived by then is an answer', async () => {
    const { advance, stop, network, changes } = await alive()
    network.delayMs = 400
    for (let round = 0; round < 10; round += 1) {
      stop(50)
      await advance(500)
    }
    expect(changes).toEqual([])
  })
})

describe('names', () => {
  const name = 'gateway.example.com'

  it('are resolved, and each address is asked', async () => {
    const all = world({ east: gateway(name), west: gateway(west) })
    all.network.names.set(name, [east, east2])
    await all.advance(11_000)
    expect(new Set(all.network.asked)).toEqual(
      new Set([`${east} /ready`, `${east2} /ready`, `${west} /ready`]),
    )
    expect(all.stateOf('east')).toBe('up')
  })

  it('that cannot be resolved say nothing of the gateway', async () => {
    const { advance, probes } = world({ east: gateway(name), west: gateway(west) })
    await advance(5_000)
    expect(probes.of('east')).toMatchObject({
      state: 'unsure',
      trouble: `${name} cannot be resolved: not found`,
    })
  })

  it('keep their addresses while they cannot be resolved, and take others', async () => {
    const { advance, network, stateOf, turn } = world({ east: gateway(name), west: gateway(west) })
    network.names.set(name, [east])
    await advance(11_000)
    network.names.delete(name)
    await advance(20_000)
    expect(stateOf('east')).toBe('up')
    network.names.set(name, [east2])
    turn('refuses', east)
    await advance(11_000)
    expect(stateOf('east')).toBe('up')
  })
})

describe('what is wanted', () => {
  it('changes: one that is not needed any more is not asked, and a new one is', async () => {
    const { advance, want, network, probes } = await alive()
    want({ west: gateway(west), north: gateway(east2) })
    network.asked.splice(0)
    await advance(2_000)
    expect(new Set(network.asked)).toEqual(new Set([`${west} /ready`, `${east2} /ready`]))
    expect([...probes.all()].map(([cluster]) => cluster)).toEqual(['west', 'north'])
  })

  it('changes its address: what is known stays until the new one has said otherwise', async () => {
    const { advance, want, turn, stateOf } = await alive()
    turn('refuses', east)
    await advance(2_000)
    want({ east: gateway(east2), west: gateway(west) })
    await advance(500)
    expect(stateOf('east')).toBe('down')
    await advance(1_500)
    expect(stateOf('east')).toBe('up')
  })

  it('is nothing: no timer is left, and a question that waits ends', async () => {
    const { advance, want, turn, pending, network } = await alive()
    turn('hangs', east)
    await advance(600)
    want({})
    expect(network.dropped).toBe(1)
    await advance(1_000)
    expect(pending()).toBe(0)
    want({ east: gateway(west) })
    await advance(100)
    expect(network.asked.at(-1)).toBe(`${west} /ready`)
  })

  it('is nothing after a stop', async () => {
    const { advance, probes, pending } = await alive()
    probes.stop()
    await advance(100)
    expect(pending()).toBe(0)
  })
})
