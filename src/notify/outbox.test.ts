import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { err, ok, type Result } from '../base/result.ts'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../kube/testing/memory-log.ts'
import { Outbox } from './outbox.ts'
import type { PostError, PostRequest } from './post.ts'
import type { Receiver } from './receiver.ts'
import { receiver, transition } from './testing/builders.ts'

const told = z.object({
  data: z.object({
    count: z.number(),
    what: z.string(),
    missed: z.number(),
    transitions: z.array(z.object({ route: z.object({ name: z.string() }) })),
  }),
})

type Answer = Result<undefined, PostError>
const down = err({ message: 'connection refused', passing: true })

function setUp(
  answer: (request: PostRequest, attempt: number) => Answer | Promise<Answer>,
  to: Partial<Receiver> = {},
) {
  const clock = createManualClock()
  const log = createMemoryLog()
  const requests: (PostRequest & { readonly at: number })[] = []
  const outcomes: string[] = []
  let lost = 0
  const outbox = new Outbox({
    receiver: receiver(to),
    post: async (request) => {
      requests.push({ ...request, at: clock.now() })
      return answer(request, requests.length)
    },
    clock,
    random: () => 0.5,
    log,
    instance: 'pod-a',
    onAttempt: (outcome) => outcomes.push(outcome),
    onLost: (count) => {
      lost += count
    },
  })
  const take = (name: string, overrides: Parameters<typeof transition>[2] = {}) =>
    outbox.take(transition(name, clock.now(), overrides))
  const texts = (accepted = requests) =>
    accepted.map(({ body }) => {
      const { data } = told.parse(JSON.parse(body))
      const names = data.transitions.map(({ route }) => route.name).join(' ')
      return `${data.what} ${data.count > 5 ? data.count : names}${data.missed > 0 ? ` (missed ${data.missed})` : ''}`
    })
  return { clock, log, requests, outcomes, outbox, take, texts, lost: () => lost }
}

describe('an outbox', () => {
  it('tells of one transition after a second, in case it was the first of many', async () => {
    const { clock, take, texts, requests } = setUp(() => ok(undefined))
    take('web')
    await clock.advance(999)
    expect(requests).toEqual([])
    await clock.advance(1)
    expect(texts()).toEqual(['failover web'])
  })

  it('tells of a mass event once', async () => {
    const { clock, take, texts } = setUp(() => ok(undefined))
    for (let index = 0; index < 400; index += 1) {
      take(`web-${index}`)
      await clock.advance(5)
    }
    await clock.advance(1000)
    expect(texts()).toEqual(['failover 400'])
  })

  it('does not wait for the end of what does not end', async () => {
    const { clock, take, requests } = setUp(() => ok(undefined))
    for (let index = 0; index < 60; index += 1) {
      take(`web-${index}`)
      await clock.advance(500)
    }
    expect(requests[0]?.at).toBe(5000)
    expect(requests.length).toBeGreaterThan(3)
  })

  it('sends what the receiver wants to see', async () => {
    const { clock, take, requests } = setUp(() => ok(undefined), {
      secret: async () => 'whsec_AAAA',
      bearerToken: async () => 'token',
      headers: { 'x-team': 'platform' },
      allowed: ['private'],
    })
    take('web')
    await clock.advance(1000)
    expect(requests[0]).toMatchObject({
      url: 'https://hooks.example/failover',
      allowed: ['private'],
      headers: {
        'x-team': 'platform',
        authorization: 'Bearer token',
        'content-type': 'application/cloudevents+json',
        'webhook-id': expect.stringMatching(/^e1-\d+$/),
        'webhook-timestamp': String(Date.UTC(2026, 0, 1) / 1000 + 1),
        'webhook-signature': expect.stringMatching(/^v1,/),
      },
    })
  })
})

describe('a receiver that is down', () => {
  it('for a minute is told of everything afterwards, grouped and in order', async () => {
    const clockAt = { now: 0 }
    const { clock, take, texts, requests, lost } = setUp(() => (clockAt.now < 60_000 ? down : ok(undefined)))
    const wait = async (ms: number) => {
      await clock.advance(ms)
      clockAt.now = clock.now()
    }
    take('first')
    await wait(10_000)
    for (let index = 0; index < 100; index += 1) take(`east-${index}`, { cluster: 'east' })
    await wait(10_000)
    take('first', { what: 'failback' })
    await wait(10_000)
    for (let index = 0; index < 100; index += 1) take(`east-${index}`, { cluster: 'east', what: 'failback' })
    await wait(30_000)
    const before = requests.length
    expect(new Set(texts())).toEqual(new Set(['failover first']))
    await wait(120_000)
    expect(texts(requests.slice(before))).toEqual([
      'failover first',
      'failover 100',
      'failback first',
      'failback 100',
    ])
    expect(lost()).toBe(0)
  })

  it('is tried again with the same id, after waits that grow to a minute', async () => {
    const { clock, take, requests, log } = setUp(() => down)
    take('web')
    await clock.advance(600_000)
    const waits = requests.slice(1).map(({ at }, index) => (at - (requests[index]?.at ?? 0)) / 1000)
    expect(waits.slice(0, 8)).toEqual([1.5, 3, 6, 12, 24, 45, 45, 45])
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(log.lines.filter((line) => line.startsWith('warn'))).toHaveLength(1)
  })

  it('that asks for a wait gets it', async () => {
    const { clock, take, requests } = setUp((_, attempt) =>
      attempt === 1 ? err({ message: '429', passing: true, retryAfterMs: 30_000 }) : ok(undefined),
    )
    take('web')
    await clock.advance(30_999)
    expect(requests).toHaveLength(1)
    await clock.advance(1)
    expect(requests).toHaveLength(2)
  })

  it('for ever costs no more than 10,000 transitions, and learns how many it missed', async () => {
    let isDown = true
    const { clock, take, outbox, texts, lost } = setUp(() => (isDown ? down : ok(undefined)))
    take('first')
    await clock.advance(1000)
    for (let index = 0; index < 12_000; index += 1) take(`web-${index}`)
    expect(outbox.size, 'that many, and the one that is tried').toBe(10_001)
    expect(lost()).toBe(2000)
    isDown = false
    await clock.advance(60_000)
    expect(texts()).toContain('failover 1000 (missed 2000)')
    expect(texts().at(-1)).toBe('failover 1000')
    expect(outbox.size).toBe(0)
  })

  it('and takes messages without an answer is left after ten seconds, and told afterwards, in order', async () => {
    let isHanging = true
    const { clock, take, requests, texts, log, outbox } = setUp(({ signal }) => {
      if (!isHanging) return ok(undefined)
      return new Promise((resolve) => {
        const fail = () => resolve(err({ message: String(signal.reason), passing: true }))
        signal.addEventListener('abort', fail, { once: true })
      })
    })
    take('web')
    await clock.advance(1000)
    take('web', { what: 'failback' })
    await clock.advance(9999)
    expect([requests.length, outbox.size, log.lines]).toEqual([1, 2, []])
    await clock.advance(1)
    expect(log.lines).toEqual([expect.stringContaining('no complete answer within 10 s')])
    isHanging = false
    await clock.advance(5000)
    expect(texts(requests.slice(1))).toEqual(['failover web', 'failback web'])
    expect([outbox.size, clock.pending]).toEqual([0, 0])
  })

  it('since a file with its secret is not there is tried again too', async () => {
    let secret: string | undefined
    const { clock, take, texts, log } = setUp(() => ok(undefined), {
      secret: async () => {
        if (secret === undefined) throw new Error('ENOENT /secrets/key')
        return secret
      },
    })
    take('web')
    await clock.advance(2000)
    expect(log.lines.join()).toContain('ENOENT /secrets/key')
    secret = 'a'
    await clock.advance(60_000)
    expect(texts()).toEqual(['failover web'])
  })
})

describe('a receiver that refuses a message', () => {
  it('is not asked again, and is told of the next', async () => {
    const { clock, take, outcomes, texts, log, lost } = setUp((_, attempt) =>
      attempt === 1 ? err({ message: '404 no_service', passing: false }) : ok(undefined),
    )
    take('web')
    await clock.advance(5000)
    take('api')
    await clock.advance(5000)
    expect(texts()).toEqual(['failover web', 'failover api'])
    expect(outcomes).toEqual(['refused', 'sent'])
    expect(lost()).toBe(1)
    expect(log.lines).toEqual([expect.stringContaining('404 no_service')])
  })
})

it('a message that cannot be made is a bug, which ends nothing else', async () => {
  const { clock, take, texts, lost, log } = setUp(() => ok(undefined), {
    template: ({ transitions: [first] }) => {
      if (first.route.name === 'web') throw new Error('no text')
      return 'text'
    },
  })
  take('web')
  await clock.advance(5000)
  take('api')
  await clock.advance(5000)
  expect([texts(), lost()]).toEqual([['failover api'], 1])
  expect(log.lines).toEqual([
    'error a bug in the operator: could not build a message for receiver on-call: Error: no text',
  ])
})

describe('at the end', () => {
  it('what waits is sent at once', async () => {
    const { clock, take, texts, outbox } = setUp(() => ok(undefined))
    take('web')
    take('api', { what: 'failback' })
    const stopped = outbox.stop(3000)
    await clock.advance(0)
    await stopped
    expect(texts()).toEqual(['failover web', 'failback api'])
    take('late')
    await clock.advance(10_000)
    expect(texts()).toHaveLength(2)
  })

  it('a receiver that is down is tried once more', async () => {
    const { clock, take, outbox, requests, lost, log } = setUp(() => down)
    take('web')
    await clock.advance(1000)
    const stopped = outbox.stop(3000)
    await clock.advance(0)
    await stopped
    expect(requests).toHaveLength(2)
    expect(lost()).toBe(1)
    expect(log.lines.at(-1)).toMatch(/^warn the operator stops.*on-call.*: 1 transition was not sent$/)
  })

  it('one that does not answer holds nothing up for longer than allowed', async () => {
    const { clock, take, outbox, lost, log } = setUp(
      ({ signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(down), { once: true })),
    )
    take('web')
    await clock.advance(1000)
    take('web', { what: 'failback' })
    let stopped = false
    void outbox.stop(3000).then(() => {
      stopped = true
    })
    await clock.advance(2999)
    expect(stopped).toBe(false)
    await clock.advance(1)
    expect(stopped).toBe(true)
    await clock.advance(60_000)
    expect([lost(), outbox.size]).toEqual([2, 0])
    expect(log.lines).toContainEqual(
      expect.stringMatching(/^warn the operator stops.*on-call.*: 2 transitions were not sent$/),
    )
  })

  it('there is nothing to wait for where nothing waits', async () => {
    const { outbox, clock, log } = setUp(() => ok(undefined))
    await outbox.stop(3000)
    expect([clock.pending, log.lines]).toEqual([0, []])
  })
})
