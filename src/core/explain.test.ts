import { describe, expect, test } from 'vitest'
import { decide } from './decide.ts'
import { explain } from './explain.ts'
import { readinessFrom, splitOf } from './testing/builders.ts'
import { directionOf } from './transition.ts'

const split = splitOf({ 'shop/web': 1, 'shop/east': 0, 'shop/west': 0 })

describe('explain', () => {
  test.each([
    ['ready', 'down', 'down', 'on its primary: shop/web has 2 of 2 endpoints ready'],
    [
      'down',
      'ready',
      'ready',
      'fails over: shop/web has 0 of 2 endpoints ready; shop/east and shop/west share',
    ],
    ['down', 'down', 'ready', 'fails over: shop/web has 0 of 2 endpoints ready; shop/west takes over'],
    ['down', 'down', 'down', 'holds: shop/web has 0 of 2 endpoints ready, and no secondary is ready'],
    [
      'unknown',
      'ready',
      'ready',
      'holds: the readiness of shop/web is not known yet: the slices of shop/web are missing',
    ],
  ] as const)('web %s, east %s, west %s', (web, east, west, sentence) => {
    const observation = {
      split,
      readiness: readinessFrom({ 'shop/web': web, 'shop/east': east, 'shop/west': west }),
    }
    expect(explain(observation, decide(observation))).toBe(sentence)
  })

  test('says what is wrong with a misconfigured route', () => {
    const observation = {
      split: { ...split, problem: 'no backend is called shop/nobody' },
      readiness: readinessFrom({}),
    }
    expect(explain(observation, decide(observation))).toBe(
      'holds: misconfigured: no backend is called shop/nobody',
    )
  })
})

describe('directionOf', () => {
  const onPrimary = splitOf({ web: 1, east: 0, west: 0 })
  const onEast = splitOf({ web: 0, east: 1, west: 0 })
  const onBoth = splitOf({ web: 0, east: 1, west: 1 })

  test.each([
    [onPrimary, onEast, 'failover'],
    [onEast, onPrimary, 'failback'],
    [onEast, onBoth, 'redistribute'],
    [onBoth, onEast, 'redistribute'],
  ] as const)('case %#', (before, after, direction) => expect(directionOf(before, after)).toBe(direction))
})
