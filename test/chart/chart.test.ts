import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { generated } from '../../charts/generated.ts'
import { valuesTable } from '../../charts/values-table.ts'
import { version } from '../../src/base/version.ts'
import { defaultValues, haValues } from '../../src/install/defaults.ts'
import { chart } from './helm.ts'

const read = (file: string): string => readFileSync(join(chart, file), 'utf8')

describe('the chart', () => {
  it('has the defaults of the command line', () => {
    expect(parse(read('values.yaml'))).toEqual(defaultValues)
  })

  it('has the --ha of the command line', () => {
    expect(parse(read('values-ha.yaml'))).toEqual(haValues)
  })

  it('has the version of the operator', () => {
    expect(parse(read('Chart.yaml'))).toMatchObject({ version, appVersion: version })
  })

  it.each([...generated()].map(([path, text]) => [path.slice(chart.length + 1), text]))(
    'has an up-to-date %s; npm run chart writes it',
    (file, text) => {
      expect(read(file)).toBe(text)
    },
  )
})

describe('the table of values', () => {
  const rows = (yaml: string) => valuesTable(yaml).trimEnd().split('\n').slice(2)

  it('tells path, type, default and meaning of each value', () => {
    const yaml = 'a:\n  # -- the first\n  # of two\n  b: 1\n# -- a list | a pipe\nc: []\n'
    expect(rows(yaml).map((row) => row.replaceAll(/ +/g, ' '))).toEqual([
      '| `a.b` | number | `1` | the first of two |',
      String.raw`| ${'`c`'} | list | ${'`[]`'} | a list \| a pipe |`,
    ])
  })

  it('tells a map as a whole where the map has the comment, with another default if it says so', () => {
    const yaml = '# -- all of it\n# @default -- much\na:\n  b: 1\n  c: 2\n'
    expect(rows(yaml)).toEqual(['| `a`   | object | much    | all of it |'])
  })

  it('refuses a value that nobody explains', () => {
    expect(() => valuesTable('# -- told\na: 1\n# not told\nb: {}\n')).toThrow('b has no comment')
    expect(() => valuesTable('a:\n  b: 1\n')).toThrow('a.b has no comment')
  })
})
