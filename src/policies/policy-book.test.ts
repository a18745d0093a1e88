import { beforeEach, describe, expect, it } from 'vitest'
import { createManualClock, type ManualClock } from '../kube/testing/manual-clock.ts'
import { readFailoverPolicy } from './failover-policy.ts'
import { PolicyBook } from './policy-book.ts'
import { policyObject, targets } from './testing/policy-objects.ts'

const place = {
  namespace: 'shop',
  group: 'split.smi-spec.io',
  kind: 'TrafficSplit',
  name: 'web',
  services: [],
}

let clock: ManualClock
let book: PolicyBook
let looks: string[]
beforeEach(() => {
  clock = createManualClock(0)
  looks = []
  book = new PolicyBook({
    clock,
    rootNamespace: 'mesh',
    onChange: (concerns) => {
      const names = ['web', 'pay'].filter((name) => concerns({ ...place, name }))
      looks.push(names.join(' '))
    },
  })
})

const see = async (
  key: string,
  count: number | undefined,
  { target = targets.split('web'), createdAt = 0 } = {},
) => {
  const spec = { targetRefs: [target], minReady: { count } }
  book.see(key, count === undefined ? undefined : readFailoverPolicy(policyObject(key, spec, createdAt)))
  await clock.advance(0)
}
const count = () => book.of(place)?.minReady?.value.count

describe('a policy', () => {
  it('applies at once when it is new, and makes its routes due', async () => {
    await see('shop/a', 2)
    expect(count()).toBe(2)
    expect(looks).toEqual(['web'])
  })

  it('that was changed applies as it was for 10 s', async () => {
    await see('shop/a', 2)
    await see('shop/a', 3)
    expect(book.isSettling('shop/a')).toBe(true)
    await clock.advance(9_999)
    expect(count()).toBe(2)
    await clock.advance(1)
    expect(count()).toBe(3)
    expect(book.isSettling('shop/a')).toBe(false)
    expect(looks).toEqual(['web', 'web'])
  })

  it('that was deleted applies for 10 s', async () => {
    await see('shop/a', 2)
    await see('shop/a', undefined)
    expect(book.kept().map(({ name }) => name)).toEqual(['a'])
    await clock.advance(9_999)
    expect(count()).toBe(2)
    await clock.advance(1)
    expect(count()).toBeUndefined()
    expect(book.kept()).toEqual([])
  })

  it('that was deleted and created again with the same spec makes no route due until its age may matter', async () => {
    await see('shop/a', 2)
    await see('shop/a', undefined)
    await clock.advance(5_000)
    await see('shop/a', 2, { createdAt: 5 })
    await clock.advance(9_999)
    expect(count()).toBe(2)
    expect(looks).toEqual(['web'])
  })

  it('does not wait longer because its status is written meanwhile', async () => {
    await see('shop/a', 2)
    await see('shop/a', 3)
    await clock.advance(9_000)
    await see('shop/a', 3)
    await clock.advance(1_000)
    expect(count()).toBe(3)
  })

  it('of which the status was written is no reason to index all policies again', async () => {
    await see('shop/a', 2)
    const { index } = book
    await see('shop/a', 2)
    expect(book.index).toBe(index)
    await see('shop/a', 3)
    await see('shop/a', 2)
    await clock.advance(10_000)
    expect(count()).toBe(2)
  })

  it('that is changed back waits for nothing', async () => {
    await see('shop/a', 2)
    await see('shop/a', 3)
    await see('shop/a', 2)
    expect(book.isSettling('shop/a')).toBe(false)
    await clock.advance(20_000)
    expect(looks).toEqual(['web'])
  })

  it('that asked for nothing because it was wrong applies at once when it is right', async () => {
    await see('shop/a', 0)
    expect(count()).toBeUndefined()
    await see('shop/a', 2)
    expect(count()).toBe(2)
  })

  it('hands a target on to the next one 10 s after it is deleted', async () => {
    await see('shop/a', 2, { createdAt: 1 })
    await see('shop/b', 3, { createdAt: 2 })
    expect(count()).toBe(2)
    await see('shop/a', undefined)
    await clock.advance(10_000)
    expect(count()).toBe(3)
    expect(looks).toEqual(['web', 'web'])
  })
})

it('keeps all as they are while it is not sure, and for 10 s after that', async () => {
  await see('shop/a', 2)
  book.setSure(false)
  await see('shop/a', undefined)
  await clock.advance(3_600_000)
  expect(count()).toBe(2)
  book.setSure(true)
  await clock.advance(9_999)
  expect(count()).toBe(2)
  await clock.advance(1)
  expect(count()).toBeUndefined()
})

it('looks once at many', async () => {
  for (let nth = 0; nth < 100; nth += 1)
    book.see(
      `shop/${nth}`,
      readFailoverPolicy(policyObject(`shop/${nth}`, { targetRefs: [targets.split('pay')] })),
    )
  await clock.advance(0)
  expect(looks).toEqual(['pay'])
})

it('wakes up no more once it is stopped', async () => {
  await see('shop/a', 2)
  book.stop()
  await see('shop/a', undefined)
  await clock.advance(20_000)
  expect(looks).toEqual(['web'])
})
