import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** What the files of each room under src/ may import from src/, besides their own room. `.` is src itself. */
const arrows: Record<string, { rooms: string[]; packages: string[] }> = {
  base: { rooms: [], packages: ['node:'] },
  core: { rooms: [], packages: [] },
  routes: { rooms: ['base', 'core'], packages: ['zod'] },
  kube: { rooms: ['base', 'routes'], packages: ['node:', 'undici', 'zod', '@kubernetes/client-node'] },
  readiness: { rooms: ['base', 'core', 'kube'], packages: [] },
  view: { rooms: ['base', 'core', 'routes'], packages: [] },
  api: { rooms: ['core', 'view'], packages: ['zod'] },
  controller: {
    rooms: ['base', 'core', 'routes', 'kube', 'readiness', 'view', 'version.ts'],
    packages: ['prom-client'],
  },
  admin: { rooms: ['api', 'base', 'core', 'routes', 'view'], packages: ['node:', 'zod', 'yaml'] },
  notify: {
    rooms: ['api', 'base', 'core', 'view'],
    packages: ['node:', 'prom-client', 'undici', 'yaml', 'zod'],
  },
  operator: {
    rooms: ['base', 'controller', 'kube', 'notify'],
    packages: ['node:fs', 'commander', 'pino', 'pino-pretty', 'zod'],
  },
  // Of kubernetes-models only the types, which are not there at run time.
  install: { rooms: ['base', 'routes'], packages: ['zod', 'kubernetes-models', 'node:crypto'] },
  cli: {
    rooms: [
      // The rule of who may ask, which holds for the dashboard on the user's machine too.
      'admin',
      'base',
      'controller',
      'core',
      'install',
      'kube',
      'readiness',
      'routes',
      'version.ts',
    ],
    packages: ['node:', 'zod', 'commander', 'yaml', 'tar-stream'],
  },
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

/** The room of src/ that an import leads to (`core`, `clock.ts`), or `undefined` for a package. */
function roomOf({ path }: Source, target: string): string | undefined {
  if (!target.startsWith('.')) return undefined
  const [first = ''] = relative(join(root, 'src'), resolve(root, dirname(path), target)).split('/')
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
        .filter((target) => roomOf(source, target) === '..' && target !== '../package.json')
        .map((target) => `${source.path} -> ${target}`),
    )
    expect(wrong).toEqual([])
  })

  test('every room has its arrows written down', () => {
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )
    expect(rooms.map(({ name }) => name).sort()).toEqual(Object.keys(arrows).sort())
  })
})

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
