import { describe, expect, it } from 'vitest'
import { Changes } from './changes.ts'

/** Names that change; each is current at the revision of its latest change. */
function setUp() {
  const latest = new Map<string, number>()
  const changes = new Changes<string>(({ what, revision }) => latest.get(what) === revision)
  const change = (what: string) => {
    const revision = changes.next()
    latest.set(what, revision)
    changes.add({ revision, what })
    return revision
  }
  const since = (revision: number) => [...changes.after(revision)].map(({ what }) => what)
  return { changes, change, since, forget: (what: string) => latest.delete(what) }
}

describe('the order of changes', () => {
  it('tells what changed after a revision, in order', () => {
    const { change, since } = setUp()
    const revision = change('a')
    change('b')
    change('c')
    expect(since(0)).toEqual(['a', 'b', 'c'])
    expect(since(revision)).toEqual(['b', 'c'])
    expect(since(3)).toEqual([])
  })

  it('tells a subject once, where it changed last', () => {
    const { change, since } = setUp()
    for (const name of ['a', 'b', 'a', 'a']) change(name)
    expect(since(0)).toEqual(['b', 'a'])
  })

  it('leaves out what nobody knows any more', () => {
    const { change, since, forget } = setUp()
    change('a')
    change('b')
    forget('a')
    expect(since(0)).toEqual(['b'])
  })

  it('holds little more than what is current, however much changes', () => {
    const { changes, change, since } = setUp()
    for (let round = 0; round < 1000; round += 1) for (let name = 0; name < 100; name += 1) change(`${name}`)
    expect(changes.size).toBeLessThan(1024 + 1.25 * 100 + 1)
    expect(since(0)).toHaveLength(100)
    expect(since(changes.revision - 1)).toEqual(['99'])
  })
})
