import { afterEach, beforeEach, expect, it } from 'vitest'
import { Cluster, eventually } from './cluster.ts'

let cluster: Cluster
beforeEach(async () => {
  cluster = await Cluster.start()
})
afterEach(() => cluster.stop())

it('ends a route in the timeline that was deleted, or lost its label', async () => {
  cluster.slice('web', 1)
  for (const name of ['web', 'cart', 'pay']) cluster.split(name, { web: 1, east: 0 })
  const { view } = await cluster.readyOperator()
  await eventually(() => [...view.records()].length === 3)
  cluster.store.delete('trafficsplits', 'shop', 'web')
  cluster.split('cart', { web: 1, east: 0 }, { labels: { some: 'other' } })
  const ends = () =>
    [...view.timeline.newestFirst()]
      .filter(({ what }) => what === 'end')
      .map(({ route, state, sentence }) => `${route.name} ${state}: ${sentence}`)
      .sort()
  await eventually(() => ends().length === 2)
  expect(ends()).toEqual([
    'cart primary: is no longer controlled: the selector does not match its labels',
    'web primary: was deleted',
  ])
})
