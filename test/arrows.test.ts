import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** What a room of src/ may import, besides its own files. */
interface Arrows {
  readonly rooms: readonly string[]
  readonly packages: readonly string[]
}

/** The rows of the table of rooms in docs/developing/ARCHITECTURE.md: room, what it does, what it may import, packages. */
const arrows: Readonly<Record<string, Arrows>> = Object.fromEntries(
  readFileSync(join(root, 'docs/developing/ARCHITECTURE.md'), 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .flatMap(([, room = '', , rooms = '', packages = '']) => {
      const [, name] = /^`src\/(\w+)\/`$/.exec(room) ?? []
      return name === undefined ? [] : [[name, { rooms: codeIn(rooms), packages: codeIn(packages) }]]
    }),
)

/** What stands between backquotes, without a slash at its end. */
function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+?)\/?`/g)].map(([, name = '']) => name)
}

/** What may reach for time and chance itself: the clock is made of them, and main hands them in. */
const handsOut = ['src/base/clock.ts', 'src/main.ts', 'src/cli/main.ts']

interface Source {
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
}

function sources(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.test.ts') && !path.includes('testing/'))
    .map((name) => {
      const path = join(folder, name)
      const text = readFileSync(join(root, path), 'utf8')
      const imports = [...text.matchAll(/(?:from |import |import\()'([^']+)'/g)].map(
        ([, target]) => target ?? '',
      )
      return { path, text, imports }
    })
}

/** The room of src/ that an import leads to (`core`, `main.ts`), or `undefined` for a package. */
function roomOf({ path }: Source, target: string): string | undefined {
  if (!target.startsWith('.')) return undefined
  const reached = relative(join(root, 'src'), resolve(root, dirname(path), target))
  if (reached === '../package.json') return 'package.json'
  const [first = ''] = reached.split('/')
  return first
}

describe('arrows between rooms go one way', () => {
  test.each(Object.entries(arrows))('src/%s imports nothing else', (room, { rooms, packages }) => {
    const wrong = sources(`src/${room}`).flatMap((source) =>
      source.imports
        .filter((target) => {
          const reached = roomOf(source, target)
          if (reached === undefined) return !packages.some((name) => target.startsWith(name))
          return reached !== room && !rooms.includes(reached)
        })
        .map((target) => `${source.path} -> ${target}`),
    )
    expect(wrong).toEqual([])
  })

  test('src/ imports nothing of the sandbox or the tests', () => {
    const wrong = sources('src').flatMap((source) =>
      source.imports
        .filter((target) => roomOf(source, target) === '..')
        .map((target) => `${source.path} -> ${target}`),
    )
    expect(wrong).toEqual([])
  })

  test('every room has its arrows in the table', () => {
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )
    expect(rooms.map(({ name }) => name).sort()).toEqual(Object.keys(arrows).sort())
  })

  test('a room imports only rooms that stand above it in the table', () => {
    const order = Object.keys(arrows)
    const upward = order.flatMap((room, index) =>
      (arrows[room]?.rooms ?? [])
        .filter((other) => other in arrows && order.indexOf(other) >= index)
        .map((other) => `${room} -> ${other}`),
    )
    expect(upward).toEqual([])
  })
})

describe('imports make no circle, not even of types alone', () => {
  test.each(['src', 'sandbox', 'dashboard', 'bench', 'packaging', 'test'])('%s', (folder) =>
    expect(circlesIn(sources(folder))).toEqual([]),
  )

  test('a circle would be found', () => {
    const file = (path: string, ...imports: string[]): Source => ({ path, text: '', imports })
    const circle = [file('src/a.ts', './b.ts'), file('src/b.ts', './c/c.ts'), file('src/c/c.ts', '../a.ts')]
    expect(circlesIn(circle)).toEqual(['src/a.ts -> src/b.ts -> src/c/c.ts -> src/a.ts'])
    expect(
      circlesIn([file('src/a.ts', './b.ts', './c.ts'), file('src/b.ts', './c.ts'), file('src/c.ts')]),
    ).toEqual([])
  })
})

/** Each circle that a walk along the imports meets, as the way around it. */
function circlesIn(files: readonly Source[]): string[] {
  const byPath = new Map(files.map((source) => [source.path, source]))
  const finished = new Set<string>()
  const way: string[] = []
  const circles: string[] = []
  const walk = (path: string): void => {
    const source = byPath.get(path)
    if (!source || finished.has(path)) return
    const seen = way.indexOf(path)
    if (seen >= 0) return void circles.push([...way.slice(seen), path].join(' -> '))
    way.push(path)
    for (const target of source.imports)
      if (target.startsWith('.')) walk(relative(root, resolve(root, dirname(path), target)))
    way.pop()
    finished.add(path)
  }
  for (const { path } of files) walk(path)
  return circles
}

/** What the folders of the page may import besides their own, and of packages. */
const pageArrows: Record<string, { folders: string[]; packages: string[] }> = {
  model: { folders: ['dashboard/live/api.ts'], packages: [] },
  live: { folders: ['dashboard/model'], packages: [] },
  view: {
    folders: ['dashboard/model', 'dashboard/live', 'dashboard/demo/panel.tsx'],
    packages: ['preact', 'uplot'],
  },
  demo: {
    folders: ['dashboard/model', 'dashboard/live', 'dashboard/view', 'sandbox/demo/page/state.ts'],
    packages: ['preact', 'uplot'],
  },
}

describe('arrows within the page go one way', () => {
  test.each(Object.entries(pageArrows))(
    'dashboard/%s imports nothing else',
    (folder, { folders, packages }) => {
      const allowed = [`dashboard/${folder}`, ...folders]
      const wrong = sources(`dashboard/${folder}`).flatMap((source) =>
        source.imports
          .filter((target) => {
            if (!target.startsWith('.')) return !packages.some((name) => target.startsWith(name))
            const reached = relative(root, resolve(root, dirname(source.path), target))
            return reached !== apiTypes && !allowed.some((name) => reached.startsWith(name))
          })
          .map((target) => `${source.path} -> ${target}`),
      )
      expect(wrong).toEqual([])
    },
  )

  test('only live/api.ts knows the operator, and only its types', () => {
    const reaching = sources('dashboard').filter(({ path, imports }) =>
      imports.some((target) => relative(root, resolve(root, dirname(path), target)).startsWith('src/')),
    )
    expect(reaching.map(({ path }) => path)).toEqual(['dashboard/live/api.ts'])
    expect(reaching[0]?.text).not.toMatch(/^(import|export) (?!type)/m)
  })
})

/** The one file of the operator that the page knows, through `dashboard/live/api.ts`. */
const apiTypes = 'src/api/schema.ts'

test('nothing under src/ takes time or chance but what it was handed', () => {
  const grabs = /\b(Date\.now|new Date\(\)|performance\.now|setTimeout|setInterval|Math\.random)\b/
  const wrong = sources('src').filter(({ path, text }) => !handsOut.includes(path) && grabs.test(text))
  expect(wrong.map(({ path }) => path)).toEqual([])
})

test('main.ts only wires: under 80 lines of code', () => {
  const lines = readFileSync(join(root, 'src/main.ts'), 'utf8').split('\n')
  expect(lines.filter((line) => line.trim() !== '').length).toBeLessThan(80)
})
