import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Found, lives } from '../src/readiness/testing/recorded.ts'

const page = readFileSync(new URL('../docs/developing/readiness.md', import.meta.url), 'utf8')

/** The cells of the table that begins with this header, without it. */
function table(header: string): string[][] {
  const lines = page.slice(page.indexOf(`| ${header} `)).split('\n')
  const rows = lines.slice(2, lines.indexOf(''))
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** What the operator does with a primary, if a secondary is ready. */
const decisions = { ready: 'has the traffic', down: 'fails over', unknown: 'holds' } as const

const written = (found: Found) =>
  'total' in found ? `${found.state} ${found.ready}/${found.total}` : found.state

test('the table of modes and stages says what the recorded stages say', () => {
  const expected = lives.flatMap(({ mode, stages }) =>
    stages.flatMap(({ what, services }) =>
      Object.entries(services).map(([name, { truth, operator, because = '' }]) => [
        mode,
        what,
        `\`${name}\``,
        truth === 'ready' ? 'yes' : 'no',
        written(operator),
        decisions[operator.state],
        because,
      ]),
    ),
  )
  expect(table('mode')).toEqual(expected)
})
