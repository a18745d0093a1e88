import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** End-to-end tests that measure how fast the page is: one after the other. */
const alone = ['test/dashboard/demo.e2e.test.ts', 'test/dashboard/scale.e2e.test.ts']

/** End-to-end tests that a busy machine would disturb, and that wait most of the time: two at once. */
const disturbed = [
  'test/e2e/mirrored.e2e.test.ts',
  'test/e2e/replicas.e2e.test.ts',
  'test/e2e/restart.e2e.test.ts',
  'test/faults/*.e2e.test.ts',
  'test/monitoring/firing.e2e.test.ts',
]

const endToEnd = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 20_000 } },
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: [
            'src/**/*.test.ts',
            'dashboard/**/*.test.ts',
            'packaging/**/*.test.ts',
            'sandbox/**/*.test.ts',
            'test/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          exclude: ['**/*.e2e.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // Half of the time the slowest files wait for an operator's timers, so a core can do two of them.
          maxWorkers: 2 * availableParallelism(),
          // No module keeps state of its own, so files can share them: half the processor time.
          isolate: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['packaging/**/*.e2e.test.ts', 'test/**/*.e2e.test.ts'],
          exclude: [...alone, ...disturbed],
          // Each file has a control plane of its own, on ports of its own, and waits for it most of the time.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          ...endToEnd,
        },
      },
      {
        test: {
          name: 'e2e-pairs',
          include: disturbed,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          ...endToEnd,
        },
      },
      {
        test: {
          name: 'e2e-alone',
          include: alone,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
          ...endToEnd,
        },
      },
    ],
  },
})
