import { defineConfig } from 'vitest/config'

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
          // Without it one core stays free, which of two is half of them.
          maxWorkers: '100%',
          // No module keeps state of its own, so files can share them: half the processor time.
          isolate: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['packaging/**/*.e2e.test.ts', 'test/**/*.e2e.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 20_000 } },
          fileParallelism: false,
        },
      },
    ],
  },
})
