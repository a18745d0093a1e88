import { expect, it } from 'vitest'
import { backend } from '../testing/builders.ts'
import { dotsOf } from './dots.ts'

const pieces = (path: string, form: RegExp) => path.match(form)?.length ?? 0

it('has a shape of its own for each readiness, and a line below the primary', () => {
  const dots = dotsOf([
    backend('a', { ready: 0, primary: true }),
    backend('b'),
    backend('c'),
    backend('d', { ready: null }),
  ])
  expect(pieces(dots.ready, /a5 5 0 1 0 10 0/g)).toBe(2)
  expect(pieces(dots.down, /a4 4 0 1 0 8 0/g)).toBe(1)
  expect(pieces(dots.unknown, /a2.6 2.6/g)).toBe(1)
  expect(dots.primary).toBe('M1 14.5h10')
})

it('stands from left to right in the order of the backends', () => {
  const [first, second] = [dotsOf([backend('a')]), dotsOf([backend('a'), backend('b')])]
  expect(second.ready.startsWith(first.ready)).toBe(true)
  expect([dotsOf([]).width, first.width, second.width]).toEqual([0, 12, 29])
})
