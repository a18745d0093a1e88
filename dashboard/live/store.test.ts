import { describe, expect, it } from 'vitest'
import { entryItem, finding, route, status } from '../testing/builders.ts'
import { Store } from './store.ts'

const gone = (title: string, revision: number) => {
  const { kind, namespace, name } = route(title)
  return { kind, namespace, name, revision }
}

function loaded(...routes: Parameters<Store['putRoutes']>[0]): Store {
  const store = new Store()
  store.beginLoad()
  store.putRoutes(routes)
  store.endLoad()
  return store
}

const stateOf = (store: Store, title: string) => store.routes.get(`TrafficSplit/${title}`)?.state

describe('the store', () => {
  it('counts routes as they come, change and go', () => {
    const store = loaded(route('shop/a'), route('shop/b', 'failover'))
    expect(store.counts).toMatchObject({ primary: 1, failover: 1 })
    store.putRoutes([route('shop/a', 'dark', { revision: 2 })])
    expect(store.counts).toMatchObject({ primary: 0, dark: 1, failover: 1 })
    store.removeRoute(gone('shop/b', 3))
    expect(store.counts).toMatchObject({ dark: 1, failover: 0 })
  })

  it('counts routes with findings, before the first list as the status does', () => {
    const store = new Store()
    store.setStatus(status({ withFindings: 7 }), 0)
    expect(store.counts.finding).toBe(7)
    store.beginLoad()
    store.putRoutes([route('shop/a', 'primary', { findings: [finding] }), route('shop/b')])
    store.endLoad()
    expect(store.counts.finding).toBe(1)
    store.putRoutes([route('shop/a', 'primary', { revision: 2 })])
    expect(store.counts.finding).toBe(0)
  })

  it('believes the higher revision, in whatever order two words about a route come', () => {
    const store = loaded(route('shop/a', 'failover', { revision: 5 }))
    store.putRoutes([route('shop/a', 'primary', { revision: 4 })])
    store.removeRoute(gone('shop/a', 3))
    expect(stateOf(store, 'shop/a')).toBe('failover')
  })

  it('does not let an older page of a list bring back what went meanwhile', () => {
    const store = new Store()
    store.beginLoad()
    store.removeRoute(gone('shop/a', 9))
    store.putRoutes([route('shop/a', 'primary', { revision: 8 })])
    store.endLoad()
    expect(stateOf(store, 'shop/a')).toBeUndefined()
    store.putRoutes([route('shop/a', 'primary', { revision: 10 })])
    expect(stateOf(store, 'shop/a')).toBe('primary')
  })

  it('shows the first list as it comes, and the counts of the status until it is whole', () => {
    const store = new Store()
    store.setStatus(status({ routes: { ...store.counts, primary: 500 } }), 0)
    store.beginLoad()
    store.putRoutes([route('shop/a')])
    expect(stateOf(store, 'shop/a')).toBe('primary')
    expect(store.counts.primary).toBe(500)
    store.endLoad()
    expect(store.counts.primary).toBe(1)
  })

  it('keeps what was known in sight until a new list is whole, and then forgets it', () => {
    const store = loaded(route('shop/old', 'primary', { revision: 900 }))
    store.beginLoad()
    store.putRoutes([route('shop/new', 'failover', { revision: 1 })])
    expect(stateOf(store, 'shop/old')).toBe('primary')
    store.endLoad()
    expect([...store.routes.keys()]).toEqual(['TrafficSplit/shop/new'])
    expect(store.counts).toMatchObject({ primary: 0, failover: 1 })
  })

  it('is live once it is whole', () => {
    const store = new Store()
    store.beginLoad()
    expect(store.connection.phase).toBe('connecting')
    store.endLoad()
    expect(store.connection.phase).toBe('live')
  })

  it('knows how far the clock of the operator is from its own', () => {
    const store = new Store()
    store.setStatus(status({ time: new Date(90_000).toISOString() }), 30_000)
    expect(store.skewMs).toBe(60_000)
  })

  it('tells its listeners of every change until they leave', () => {
    const store = new Store()
    let told = 0
    const leave = store.subscribe(() => (told += 1))
    store.addEntries([entryItem('web', 1)])
    expect([told, store.version, store.entries.length]).toEqual([1, 1, 1])
    leave()
    store.beginLoad()
    expect([told, store.version, store.entries.length]).toEqual([1, 2, 0])
  })
})
