import { expect, it } from 'vitest'
import { route } from '../testing/builders.ts'
import { storiesOf } from './stories.ts'

const since = (seconds: number) => new Date(seconds * 1000).toISOString()

it('tells nothing where all is as it should be', () => {
  expect(storiesOf([route('shop/web'), route('shop/cart', 'paused')])).toEqual([])
})

it('tells the worst first, and then the newest', () => {
  const stories = storiesOf([
    route('shop/a', 'failover', { since: since(10) }),
    route('shop/b', 'failover', { since: since(20) }),
    route('shop/c', 'dark', { since: since(5) }),
    route('shop/d', 'misconfigured'),
  ])
  expect(stories.map(({ routes }) => routes[0]?.name)).toEqual(['c', 'd', 'b', 'a'])
})

it('tells many routes with one cause as one story, since the first of them', () => {
  const east = Array.from({ length: 7 }, (_, index) =>
    route(`shop/r${index}`, 'failover', { cluster: 'east', since: since(100 + index) }),
  )
  const [story, other] = storiesOf([...east, route('shop/web', 'failover', { since: since(300) })])
  expect(story).toMatchObject({ state: 'failover', cluster: 'east', since: since(100) })
  expect(story?.routes.map(({ name }) => name)).toEqual(['r6', 'r5', 'r4', 'r3', 'r2', 'r1', 'r0'])
  expect(other?.routes.map(({ name }) => name)).toEqual(['web'])
})

it('does not know since when, where one of them stood so before the operator looked', () => {
  const routes = Array.from({ length: 5 }, (_, index) =>
    route(`shop/r${index}`, 'dark', { since: index ? since(index) : null }),
  )
  expect(storiesOf(routes)[0]?.since).toBeNull()
})
