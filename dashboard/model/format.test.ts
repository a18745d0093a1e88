import { describe, expect, it } from 'vitest'
import { brief, clock, count, counted, lasting, listed, percent } from './format.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

it.each([
  [0, '0'],
  [999, '999'],
  [10_000, '10,000'],
])('writes %d as %s', (number, text) => expect(count(number)).toBe(text))

it('counts one thing otherwise than many', () => {
  expect([0, 1, 1200].map((number) => counted(number, 'route'))).toEqual([
    '0 routes',
    '1 route',
    '1,200 routes',
  ])
})

it.each([
  [0, '0.0 ms'],
  [4.123, '4.1 ms'],
  [9.96, '10 ms'],
  [120.4, '120 ms'],
  [1800, '1.8 s'],
  [23_400, '23 s'],
  [5 * minute, '5 min'],
])('writes a time of machines of %d ms as %s', (ms, text) => expect(brief(ms)).toBe(text))

it.each([
  [-5000, '0 s'],
  [999, '0 s'],
  [59_999, '59 s'],
  [12 * minute + 30 * second, '12 min'],
  [3 * hour, '3 h'],
  [3 * hour + 20 * minute, '3 h 20 min'],
  [98 * hour, '4 d 2 h'],
])('writes a time of people of %d ms as %s', (ms, text) => expect(lasting(ms)).toBe(text))

describe('percent', () => {
  it.each([
    [0, '0 %'],
    [1 / 3, '33 %'],
    [0.5, '50 %'],
    [0.997, '99.7 %'],
    [1, '100 %'],
  ])('writes %d as %s', (share, text) => expect(percent(share)).toBe(text))

  it('says neither all of nearly all nor nothing of a little', () => {
    expect(percent(0.99999)).toBe('99.9 %')
    expect(percent(0.00001)).toBe('0.1 %')
  })
})

it('names the day only when it is another', () => {
  const noon = new Date(2026, 10, 24, 12, 0, 5).getTime()
  expect(clock(noon, noon + hour)).toBe('12:00:05')
  expect(clock(noon, noon + 24 * hour)).toBe('2026-11-24 12:00:05')
})

it('joins words as people do', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c'])
})
