import { expect, it } from 'vitest'
import { cumulative, svg } from './plot.ts'

it('shows the share of samples up to each value', () => {
  expect(cumulative([30, 10, 20, 40])).toEqual([
    [10, 25],
    [20, 50],
    [30, 75],
    [40, 100],
  ])
})

it('draws each series inside its axes, and names the command that made it', () => {
  const plot = {
    name: 'p',
    title: 'A title',
    x: 'ms',
    y: '%',
    series: [
      {
        name: 'floor',
        points: [
          [0, 0],
          [10, 100],
        ] as const,
      },
      {
        name: 'operator',
        points: [
          [0, 0],
          [19, 100],
        ] as const,
      },
    ],
  }
  const text = svg(plot, 'npm run bench')
  expect(text).toContain('<!-- npm run bench -->')
  expect(text).toContain('d="M64 312L344 40"')
  expect(text).toContain('d="M64 312L596 40"')
  expect(text.match(/<text/g)).toHaveLength(1 + 10 + 2 + 2)
})
