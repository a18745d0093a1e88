import { expect, it } from 'vitest'
import { finding, route } from '../testing/builders.ts'
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
  expect(stories.map(({ newest }) => newest.name)).toEqual(['c', 'd', 'b', 'a'])
})

it('tells many routes with one cause as one story, since the first of them', () => {
  const east = Array.from({ length: 7 }, (_, index) =>
    route(`shop/r${index}`, 'failover', { cluster: 'east', since: since(100 + index) }),
  )
  const [story, other] = storiesOf([...east, route('shop/web', 'failover', { since: since(300) })])
  expect(story).toMatchObject({ mark: 'failover', cluster: 'east', since: since(100) })
  expect([story?.newest.name, story?.routes.length]).toEqual(['r6', 7])
  expect([other?.newest.name, other?.routes.length]).toEqual(['web', 1])
})

it('tells what was found around routes, whatever their state, many with one finding as one story', () => {
  const found = { findings: [finding] }
  const one = storiesOf([route('shop/web', 'primary', found), route('shop/a', 'failover', found)])
  expect(one.map(({ mark, newest }) => `${mark} ${newest.name}`)).toEqual([
    'finding a',
    'finding web',
    'failover a',
  ])
  const many = storiesOf(Array.from({ length: 6 }, (_, index) => route(`shop/r${index}`, 'primary', found)))
  expect(many.map(({ mark, routes }) => [mark, routes.length])).toEqual([['finding', 6]])
  expect(many[0]?.agreement).toMatchObject({ doubted: 6 })
})

it('does not know since when, where one of them stood so before the operator looked', () => {
  const routes = Array.from({ length: 5 }, (_, index) =>
    route(`shop/r${index}`, 'dark', { since: index ? since(index) : null }),
  )
  expect(storiesOf(routes)[0]?.since).toBeNull()
})

it('says how many of them stand as it was decided', () => {
  const refusal = { message: 'no', count: 2 }
  const routes = Array.from({ length: 6 }, (_, index) =>
    route(`shop/r${index}`, 'failover', index < 2 ? { refusal } : {}),
  )
  expect(storiesOf(routes)[0]?.agreement).toEqual({ agrees: 4, doubted: 0, pending: 0, refused: 2, held: 0 })
})
