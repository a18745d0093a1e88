import { expect, it } from 'vitest'
import { type Counts, headlineOf, noRoutes } from './headline.ts'
import { titleFor } from './title.ts'

const counts = (some: Partial<Counts>): Counts => ({ ...noRoutes, ...some })

it.each<[Partial<Counts>, string, string, string]>([
  [{}, 'No routes yet', '', 'calm'],
  [{ primary: 1 }, 'The only route is on its primary', '', 'calm'],
  [{ primary: 128, paused: 2 }, 'All 128 routes are on their primary', '2 paused', 'calm'],
  [{ paused: 3 }, 'All routes are paused', '3 paused', 'calm'],
  [{ drained: 3 }, 'All routes are drained', '3 drained', 'calm'],
  [{ drained: 3, paused: 1 }, 'All routes are drained or paused', '3 drained · 1 paused', 'calm'],
  [{ primary: 9, drained: 3, paused: 1 }, '9 routes on their primary', '3 drained · 1 paused', 'calm'],
  [
    { failover: 412, primary: 588 },
    '412 routes failed over',
    'of 1,000 routes · 588 on their primary',
    'notice',
  ],
  [{ primary: 3, finding: 1 }, '1 route has a finding', 'of 3 routes · 3 on their primary', 'notice'],
  [
    { dark: 1, failover: 2, finding: 2 },
    '1 route is dark, 2 have findings and 2 failed over',
    'of 3 routes',
    'alarm',
  ],
  [{ dark: 1, failover: 2 }, '1 route is dark and 2 failed over', 'of 3 routes', 'alarm'],
  [
    { dark: 2, misconfigured: 1, hold: 3, drained: 2, paused: 1 },
    '2 routes are dark, 1 is misconfigured and 3 are held',
    'of 9 routes · 2 drained · 1 paused',
    'alarm',
  ],
])('of %o says "%s"', (some, text, detail, tone) => {
  expect(headlineOf(counts(some))).toEqual({ text, detail, tone })
})

it('puts the worst into the title, where it is read among other tabs', () => {
  expect(titleFor(counts({ primary: 5 }), 'live')).toBe('linkerd-failover')
  expect(titleFor(counts({ failover: 3, dark: 1 }), 'live')).toBe('1 dark · linkerd-failover')
  expect(titleFor(counts({ primary: 5, finding: 2 }), 'live')).toBe('2 with findings · linkerd-failover')
  expect(titleFor(counts({ failover: 3 }), 'lost')).toBe('not live · linkerd-failover')
})
