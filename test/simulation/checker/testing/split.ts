import type { Split } from '../table.ts'

/** A split of the given weights by Service; its primary is `web`, if there is one. */
export const splitOf = (weights: Record<string, number>, more: Partial<Split> = {}): Split => ({
  backends: Object.entries(weights).map(([service, weight]) => ({
    id: service,
    service,
    called: service,
    weight,
    absent: false,
    primary: service === 'web',
  })),
  paused: false,
  broken: false,
  limit: 429_496,
  ...more,
})
