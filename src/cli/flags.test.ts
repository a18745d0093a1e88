import { expect, test } from 'vitest'
import { collect, goBoolean, parseDuration, spellOut } from './flags.ts'

test.each([
  ['5m0s', 300_000],
  ['90s', 90_000],
  ['1h2m3.5s', 3_723_500],
  ['300ms', 300],
  ['1.5h', 5_400_000],
  ['.5s', 500],
  ['+1s', 1_000],
  ['2µs', 0.002],
  ['100us1ns', 0.100001],
  ['0', 0],
  ['-0', 0],
  ['0s', 0],
])('a Go duration %s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBeCloseTo(ms, 9)
})

test.each(['', '5', 'm', '5 m', '5m0', '5x', '1d', '-5m', '1e3s', '5m-3s', 'soon'])(
  '%j is no duration',
  (text) => {
    expect(() => parseDuration(text)).toThrow('write it like 90s')
  },
)

test.each([
  [['a'], ['a']],
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
  [['[]'], []],
  [['[a,b]'], ['a', 'b']],
  [
    ['[a]', 'b'],
    ['a', 'b'],
  ],
  [['system:masters'], ['system:masters']],
])('a repeated flag %j collects %j', (given, collected) => {
  expect(given.reduce<string[]>((before, value) => collect(value, before), [])).toEqual(collected)
})

test.each([
  ['--verbose=false', '--no-verbose'],
  ['--verbose=F', '--no-verbose'],
  ['--verbose=0', '--no-verbose'],
  ['--verbose=true', '--verbose'],
  ['--verbose=T', '--verbose'],
  ['--verbose=1', '--verbose'],
  ['--verbose', '--verbose'],
  ['--verbose=yes', '--verbose=yes'],
  ['--output=true', '--output=true'],
])('%s is spelt out as %s', (word, spelt) => {
  expect(spellOut([word], new Set(['verbose']))).toEqual([spelt])
})

test.each([
  ['-n=shop', ['-n', 'shop']],
  ['-n=', ['-n', '']],
  ['-n=a=b', ['-n', 'a=b']],
  ['-nshop', ['-nshop']],
])('%s is spelt out as %j', (word, spelt) => {
  expect(spellOut([word], new Set())).toEqual(spelt)
})

test('what comes after -- is left as it is', () => {
  const words = ['--verbose=true', '--', '--verbose=true']
  expect(spellOut(words, new Set(['verbose']))).toEqual(['--verbose', '--', '--verbose=true'])
})

test('a boolean needs a long name', () => {
  expect(() => goBoolean('-x', 'nothing')).toThrow('no long name')
})
