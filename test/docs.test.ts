import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)))

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The anchors of a page's headings, as GitHub makes them: small letters, spaces to hyphens, no other marks. */
function anchorsOf(path: string): ReadonlySet<string> {
  const headings = [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return new Set(headings.map(slugOf))
}

const slugOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

/** The lines of a page that are not in a block of code, with their numbers. */
function withoutCode(text: string): { readonly line: string; readonly number: number }[] {
  let isCode = false
  return text.split('\n').flatMap((line, at) => {
    const isFence = line.trimStart().startsWith('```')
    if (isFence) isCode = !isCode
    return isCode || isFence ? [] : [{ line, number: at + 1 }]
  })
}

/** What is wrong with a relative link on a page; `undefined` if it leads somewhere. */
function problemOf(page: string, link: string): string | undefined {
  const [target = '', anchor] = link.split('#')
  const file = target === '' ? page : relative(root, resolve(root, dirname(page), target))
  if (!existsSync(join(root, file))) return `${page}: ${link}: there is no ${file}`
  if (anchor === undefined || statSync(join(root, file)).isDirectory() || !file.endsWith('.md'))
    return undefined
  return anchorsOf(file).has(anchor) ? undefined : `${page}: ${link}: ${file} has no heading #${anchor}`
}

describe('documents', () => {
  test('every relative link leads to a file, and to a heading if it names one', () => {
    const problems = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link))
        .map((link) => problemOf(page, link))
        .filter((problem) => problem !== undefined),
    )
    expect(problems).toEqual([])
  })

  test('every path of a file of the project that is named in code is there', () => {
    const folders = 'src|test|sandbox|dashboard|bench|packaging|charts|docs|findings'
    const named = new RegExp(`\`((?:${folders})/[\\w./-]+)\`(?! \\(new\\))`, 'g')
    const missing = pages
      // A changelog says what was. What a walkthrough calls "(new)" is a file of its example.
      .filter((page) => page !== 'CHANGELOG.md')
      .flatMap((page) =>
        [...read(page).matchAll(named)]
          .map(([, path = '']) => path)
          .filter((path) => !existsSync(join(root, path)))
          .map((path) => `${page}: ${path}`),
      )
    expect(missing).toEqual([])
  })

  test('every row of a table has as many cells as its header', () => {
    const cells = (row: string) => row.split(/(?<!\\)\|/).length
    const wrong = pages.flatMap((page) => {
      const lines = read(page).split('\n')
      return lines.flatMap((line, at) => {
        const before = lines[at - 1] ?? ''
        const isRow = line.startsWith('|') && before.startsWith('|')
        return isRow && cells(line) !== cells(before) ? [`${page}:${at + 1}`] : []
      })
    })
    expect(wrong).toEqual([])
  })

  test('no line outside of tables and code has more than 300 characters', () => {
    const long = pages.flatMap((page) =>
      withoutCode(read(page))
        .filter(({ line }) => line.length > 300 && !line.trimStart().startsWith('|'))
        .map(({ number }) => `${page}:${number}`),
    )
    expect(long).toEqual([])
  })

  test('OPERATIONS.md has no longer line at all', () => {
    const lines = read('docs/operating/OPERATIONS.md').split('\n')
    expect(lines.filter((line) => line.length > 300)).toEqual([])
  })

  test('each symptom of TROUBLESHOOTING.md begins with a command, and has at most ten lines', () => {
    const [, ...symptoms] = read('docs/operating/TROUBLESHOOTING.md').split(/^## /m)
    expect(symptoms.length).toBeGreaterThan(8)
    const wrong = symptoms.filter((text) => {
      const [, ...lines] = text.split('\n').filter((line) => line.trim() !== '')
      return lines[0] !== '```sh' || lines.filter((line) => !line.startsWith('```')).length > 10
    })
    expect(wrong).toEqual([])
  })

  test('the index names every page of docs/', () => {
    const index = read('docs/README.md')
    const listed = pages.filter((page) => /^docs\/\w+\/[\w-]+\.md$/.test(page))
    expect(listed.filter((page) => !index.includes(`(${page.slice('docs/'.length)})`))).toEqual([])
  })

  test('each decision record has a number of its own, a status, and a line in the index', () => {
    const folder = 'docs/developing/adr/'
    const records = pages.filter((page) => page.startsWith(`${folder}0`))
    const index = read(`${folder}README.md`)
    const entries = records.map((page) => {
      const [, number] = /^# (\d+)\. /.exec(read(page)) ?? []
      return { page, number: Number(number), name: page.slice(folder.length) }
    })
    expect(entries.map(({ number }) => number)).toEqual(entries.map((_, at) => at + 1))
    expect(entries.filter(({ number, name }) => !index.includes(`[${number}](${name})`))).toEqual([])
    expect(records.filter((page) => !/^Status: (accepted|superseded)/m.test(read(page)))).toEqual([])
  })
})
