import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** What people read: texts of the program, the page, the chart and the documents. */
const folders = [
  'src',
  'dashboard',
  'charts',
  'docs',
  'sandbox',
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
]
const isText = /\.(ts|tsx|md|yaml|json|tpl|txt)$/
const paths = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...folders], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => isText.test(path) && !/\.test\.ts$|\/testing\//.test(path))

const glossary = 'docs/developing/GLOSSARY.md'
/** The words of the first column of the table of words that are not used. */
const [, table = ''] = read(glossary).split(/^\| not +\|.*\n\|.*\n/m)
const words = (/^(?:\|.*\n)+/.exec(table)?.[0] ?? '')
  .split('\n')
  .flatMap((row) => row.split('|')[1]?.split(',') ?? [])
  .map((word) => word.trim())
  .filter((word) => word !== '')

/** Where the words of the original operator are quoted. */
const quotes: readonly (readonly [path: string, line: RegExp])[] = [
  ['src/controller/report/texts.ts', /failing over to fallbacks/],
  ['docs/record-dashboard.ts', /`failing over to fallbacks/],
  ['docs/operating/events.md', /failing over to fallbacks|^The first two notes .*"Fallbacks"$/],
  ['src/cli/status/classic.ts', /'[Ff]allback'/],
  // The name of a scenario.
  ['docs/developing/BENCHMARKS.md', /^\| `handover` /],
  ['docs/developing/bench/figures.txt', /restart over 1,000 healthy splits/],
]

const isQuote = (path: string, line: string): boolean =>
  quotes.some(([where, quote]) => where === path && quote.test(line))

test('no text has a word that the glossary replaces by another', () => {
  expect(words).toContain('fallback')
  const unwanted = new RegExp(`\\b(${words.join('|').replaceAll(' ', '\\s+')})(s|es|ed|d|ing)?\\b`, 'i')
  const found = paths
    .filter((path) => path !== glossary)
    .flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, at) =>
          unwanted.test(line) && !isQuote(path, line) ? [`${path}:${at + 1}: ${line}`] : [],
        ),
    )
  expect(found).toEqual([])
})
