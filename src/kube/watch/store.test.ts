import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareResourceVersions, createStore, type StoreChange, type StoreEntry } from './store.ts'

function create() {
  const changes: StoreChange<string>[] = []
  const { reader, writer } = createStore<string>((change) => changes.push(change))
  const item = (key: string, version: number, value: string): [string, StoreEntry<string>] => [
    key,
    { resourceVersion: String(version), value },
  ]
  return { reader, writer, changes, item, contents: () => Object.fromEntries(reader.entries()) }
}

test.each([
  ['9', '10', -1],
  ['10', '9', 1],
  ['10', '10', 0],
  ['', '1', -1],
  ['99999999999999999998', '99999999999999999999', -1],
])('compareResourceVersions(%s, %s) has the sign of %i', (a, b, sign) => {
  expect(Math.sign(compareResourceVersions(a, b))).toBe(sign)
})

test.each(['5', '2147483648', '9007199254740991', '9007199254740993', '007', 'abc', ''])(
  'the version %j stays as it was written',
  (version) => {
    const { writer, reader } = create()
    writer.apply('a', version, 'x')
    expect(reader.resourceVersionOf('a')).toBe(version)
    writer.replace(new Map([['a', { resourceVersion: version, value: 'x' }]]), version, { force: true })
    expect(reader.resourceVersionOf('a')).toBe(version)
  },
)

test('a first list that went into the store object by object is complete as of its version', () => {
  const { writer, reader, contents } = create()
  writer.apply('a', '5', 'x')
  expect(reader.synced).toBe(false)
  writer.complete('9')
  expect([reader.synced, writer.newest, contents()]).toEqual([true, '9', { a: 'x' }])
})

describe('watch events', () => {
  test('an older or equal one changes nothing', () => {
    const { writer, changes, contents } = create()
    writer.apply('a', '10', 'new')
    writer.apply('a', '9', 'old')
    writer.apply('a', '10', 'same version')
    writer.remove('a', '9')
    expect(contents()).toEqual({ a: 'new' })
    expect(changes).toEqual([{ key: 'a', after: 'new' }])
  })

  test.each([
    ['a', '9', false],
    ['a', '10', false],
    ['a', '11', true],
    ['b', '1', true],
  ])('of %s at version %s are news: %s', (key, version, news) => {
    const { writer } = create()
    writer.apply('a', '10', 'x')
    expect(writer.isNews(key, version)).toBe(news)
  })

  test('say what was before and what is after', () => {
    const { writer, changes, reader } = create()
    writer.apply('a', '1', 'x')
    writer.apply('a', '2', 'y')
    writer.remove('a', '3')
    writer.remove('a', '4')
    expect(changes).toEqual([
      { key: 'a', after: 'x' },
      { key: 'a', before: 'x', after: 'y' },
      { key: 'a', before: 'y' },
    ])
    expect(reader.size).toBe(0)
    expect(writer.newest).toBe('4')
  })
})

describe('the answer of an own write', () => {
  test('is taken if newer, and its own watch event is no news', () => {
    const { writer, changes, reader } = create()
    writer.apply('a', '5', 'x')
    expect(writer.offer('a', '6', 'mine')).toBe(true)
    writer.apply('a', '6', 'mine')
    expect(changes).toHaveLength(2)
    expect(reader.resourceVersionOf('a')).toBe('6')
  })

  test('does not undo a newer watch event', () => {
    const { writer, contents } = create()
    writer.apply('a', '7', 'theirs')
    expect(writer.offer('a', '6', 'mine')).toBe(false)
    expect(contents()).toEqual({ a: 'theirs' })
  })

  test('does not bring back what was deleted', () => {
    const { writer, contents } = create()
    writer.apply('a', '5', 'x')
    writer.remove('a', '8')
    expect(writer.offer('a', '6', 'mine')).toBe(false)
    expect(writer.offer('a', '9', 'mine')).toBe(false)
    expect(contents()).toEqual({})
  })
})

test('another reading of an object takes the place of the one before, and is no change', () => {
  const { writer, changes, reader } = create()
  writer.apply('a', '5', 'read')
  writer.revise('a', 'read', 'read otherwise')
  writer.revise('a', 'read', 'read too late')
  writer.revise('b', 'read', 'never there')
  writer.apply('a', '5', 'read again')
  expect([...reader.entries()]).toEqual([['a', 'read otherwise']])
  expect(reader.resourceVersionOf('a')).toBe('5')
  expect(changes).toEqual([{ key: 'a', after: 'read' }])
})

describe('a complete list', () => {
  test('marks the store synced, even an empty one', () => {
    const { writer, reader } = create()
    writer.apply('a', '1', 'x')
    expect(reader.synced).toBe(false)
    writer.replace(new Map(), '2')
    expect(reader.synced).toBe(true)
    expect(reader.size).toBe(0)
  })

  test('removes what it lacks, keeps what is newer, and is silent on what did not change', () => {
    const { writer, contents, changes, item } = create()
    writer.replace(new Map([item('same', 1, 's'), item('gone', 2, 'g'), item('written', 3, 'w')]), '3')
    writer.offer('written', '20', 'mine')
    changes.length = 0
    writer.replace(new Map([item('same', 1, 's'), item('written', 3, 'w'), item('come', 9, 'c')]), '10')
    expect(contents()).toEqual({ same: 's', written: 'mine', come: 'c' })
    expect(changes).toEqual([
      { key: 'come', after: 'c' },
      { key: 'gone', before: 'g' },
    ])
  })

  test('is the truth of all up to its version, also where an object has gone back in time', () => {
    const { writer, contents, changes, item } = create()
    writer.replace(new Map([item('back', 20, 'undone'), item('same', 4, 's')]), '20')
    changes.length = 0
    writer.replace(new Map([item('back', 3, 'restored'), item('same', 4, 's')]), '25')
    expect(contents()).toEqual({ back: 'restored', same: 's' })
    expect(changes).toEqual([{ key: 'back', before: 'undone', after: 'restored' }])
  })

  test('keeps an entry that is newer than the list though the list lacks it', () => {
    const { writer, contents } = create()
    writer.apply('a', '20', 'x')
    writer.replace(new Map(), '10')
    expect(contents()).toEqual({ a: 'x' })
  })

  test('by force is the truth, and time starts again from it', () => {
    const { writer, contents, item } = create()
    writer.apply('a', '20', 'x')
    writer.apply('b', '21', 'x')
    writer.replace(new Map([item('a', 5, 'restored')]), '6', { force: true })
    expect(contents()).toEqual({ a: 'restored' })
    expect(writer.newest).toBe('6')
  })

  test('is not needed where the kind is not served', () => {
    const { writer, reader, changes } = create()
    writer.apply('a', '1', 'x')
    writer.markAbsent()
    expect(reader.synced).toBe(true)
    expect(changes.at(-1)).toEqual({ key: 'a', before: 'x' })
  })
})

const step = fc.record({
  kind: fc.constantFrom(
    'apply' as const,
    'offer' as const,
    'remove' as const,
    'replace' as const,
    'force' as const,
  ),
  key: fc.constantFrom('a', 'b', 'c'),
  version: fc.integer({ min: 1, max: 30 }),
})

type World = ReturnType<typeof create>
type Step = { kind: 'apply' | 'offer' | 'remove' | 'replace' | 'force'; key: string; version: number }

function take({ writer, item }: World, { kind, key, version }: Step): void {
  const value = `${key}${version}`
  if (kind === 'apply') writer.apply(key, String(version), value)
  else if (kind === 'offer') writer.offer(key, String(version), value)
  else if (kind === 'remove') writer.remove(key, String(version))
  else writer.replace(new Map([item(key, version, value)]), String(version), { force: kind === 'force' })
}

test('changes replayed give the contents', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = create()
      for (const it of steps) take(world, it)
      const replayed = new Map<string, string>()
      for (const { key, before, after } of world.changes) {
        expect(replayed.get(key)).toBe(before)
        if (after === undefined) replayed.delete(key)
        else replayed.set(key, after)
      }
      expect(Object.fromEntries(replayed)).toEqual(world.contents())
    }),
  )
})

test('the version of an entry never falls, but by force or by a list that is newer', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = create()
      for (const it of steps.filter(({ kind }) => kind !== 'force')) {
        const before = world.reader.resourceVersionOf(it.key) ?? '0'
        take(world, it)
        const after = world.reader.resourceVersionOf(it.key) ?? before
        expect(Number(after)).toBeGreaterThanOrEqual(Number(before))
      }
    }),
  )
})

test('however events are delayed and answers cross them, the store ends with the newest version', () => {
  const versions = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(versions, fc.infiniteStream(fc.boolean()), (arrival, isOwn) => {
      const { reader, writer } = create()
      writer.replace(new Map([['a', { resourceVersion: '0', value: '0' }]]), '0')
      for (const version of arrival) {
        if (isOwn.next().value) writer.offer('a', String(version), String(version))
        else writer.apply('a', String(version), String(version))
      }
      expect(reader.get('a')).toBe(String(Math.max(...arrival)))
    }),
  )
})
