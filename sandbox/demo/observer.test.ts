import { describe, expect, it } from 'vitest'
import { Observer } from './observer.ts'
import { routes } from './routes.ts'

const slice = (name: string, service: string, ...ready: (boolean | null)[]) => ({
  metadata: { name, labels: { 'kubernetes.io/service-name': service } },
  endpoints: ready.map((one) => ({ conditions: { ready: one } })),
})
const split = (weights: Record<string, unknown>, name = 'split') => ({
  metadata: { name },
  spec: { backends: Object.entries(weights).map(([service, weight]) => ({ service, weight })) },
})

describe('Observer', () => {
  it('adds up the slices of a service, and counts an absent condition as ready', () => {
    const observer = new Observer('split', routes.split)
    observer.sawSlice('ADDED', slice('a-1', 'a', true, false), 1)
    observer.sawSlice('ADDED', slice('a-2', 'a', null), 2)
    expect(observer.endpoints('a')).toEqual({ ready: 2, total: 3 })
    observer.sawSlice('DELETED', slice('a-1', 'a'), 3)
    expect(observer.endpoints('a')).toEqual({ ready: 1, total: 1 })
  })

  it('knows when a service turned, not when it merely changed', () => {
    const observer = new Observer('split', routes.split)
    observer.sawSlice('ADDED', slice('a', 'a', true, true), 1)
    observer.sawSlice('MODIFIED', slice('a', 'a', true), 2)
    expect(observer.turnedAt('a')).toBe(1)
    observer.sawSlice('MODIFIED', slice('a', 'a'), 3)
    expect(observer.turnedAt('a')).toBe(3)
    expect(observer.turnedAt('b')).toBeUndefined()
  })

  it('reads weights in every form the API writes, of its own split only', () => {
    const observer = new Observer('split', routes.split)
    observer.sawRoute('ADDED', split({ a: 1, b: '500m', c: '2', d: 'abc' }), 5)
    observer.sawRoute('ADDED', split({ x: 9 }, 'another'), 6)
    expect([...observer.weights.values()]).toEqual([1, 0.5, 2, 0])
    observer.sawRoute('MODIFIED', split({ a: 1, b: '500m', c: '2', d: 'abc' }), 7)
    expect(observer.weightsAt).toBe(5)
    observer.sawRoute('DELETED', split({}), 8)
    expect(observer.weights.size).toBe(0)
  })

  it.each(Object.values(routes))('sees that a $kind is paused, and when that is over', (route) => {
    const observer = new Observer('split', route)
    const spec = { backends: [], rules: [{ backendRefs: [] }] }
    const paused = { name: 'split', annotations: { 'failover.linkerd.io/paused': 'true' } }
    let changes = 0
    observer.onChange(() => (changes += 1))
    observer.sawRoute('ADDED', { metadata: paused, spec }, 1)
    expect([observer.isPaused, changes]).toEqual([true, 1])
    observer.sawRoute('MODIFIED', { metadata: { name: 'split' }, spec }, 2)
    expect([observer.isPaused, changes]).toEqual([false, 2])
  })

  it('leaves alone what has another shape', () => {
    const observer = new Observer('split', routes.split)
    observer.sawSlice('ADDED', { metadata: { name: 'no-label' } }, 1)
    observer.sawSlice('ADDED', null, 1)
    observer.sawRoute('ADDED', { metadata: { name: 'split' }, spec: {} }, 1)
    expect(observer.weights.size).toBe(0)
  })

  it('waits until something holds, or says that it never did', async () => {
    const observer = new Observer('split', routes.split)
    const ready = observer.until(() => observer.isReady('a'), 5000)
    const never = observer.until(() => observer.isReady('b'), 5)
    observer.sawSlice('ADDED', slice('a', 'a', true), 1)
    expect(await ready).toBe(true)
    expect(await never).toBe(false)
  })
})
