import { describe, expect, it } from 'vitest'
import { type Figure, meets, percentile, table } from './figures.ts'

const figure = (parts: Partial<Figure>): Figure => ({ measure: 'm', unit: 'ms', operator: 12, ...parts })

describe('a figure meets its aim', () => {
  it.each([
    { name: 'by its ratio to the floor', parts: { floor: 10, aim: 1.2 }, met: true },
    { name: 'not above that ratio', parts: { floor: 10, aim: 1.1 }, met: false },
    { name: 'by its value where there is no floor', parts: { aim: 12 }, met: true },
    { name: 'not above that value', parts: { aim: 11 }, met: false },
    { name: 'always, where it has none', parts: { floor: 1 }, met: true },
    { name: 'never, where nothing was measured', parts: { operator: Number.NaN, aim: 100 }, met: false },
  ])('$name', ({ parts, met }) => {
    expect(meets(figure(parts))).toBe(met)
  })
})

describe('percentile', () => {
  const samples = [5, 1, 4, 2, 3]
  it.each([
    [0, 1],
    [0.5, 3],
    [0.99, 5],
    [1, 5],
  ])('at %f of 1 to 5 is %i', (p, value) => expect(percentile(samples, p)).toBe(value))

  it('is not a number without samples', () => expect(percentile([], 0.5)).toBeNaN())
})

it('prints aligned columns, and says which aims are missed', () => {
  const text = table([
    figure({ measure: 'one lost, p50', floor: 10, aim: 1.15 }),
    figure({ measure: 'memory', unit: 'MiB', operator: 100.4, aim: 110 }),
  ])
  expect(text.split('\n')).toEqual([
    'measure          floor  operator  ratio         aim',
    'one lost, p50  10.0 ms   12.0 ms   1.20     <= 1.15  MISSED',
    'memory               -   100 MiB      -  <= 110 MiB     met',
  ])
})

it('prints what an earlier commit needed beside it, if that was measured', () => {
  const text = table([figure({ measure: 'a', floor: 10, aim: 1.15, before: 12.5 }), figure({ measure: 'b' })])
  expect(text.split('\n')).toEqual([
    'measure    floor  operator  ratio      aim           before  now/before',
    'a        10.0 ms   12.0 ms   1.20  <= 1.15  MISSED  12.5 ms        0.96',
    'b              -   12.0 ms      -        -',
  ])
})
