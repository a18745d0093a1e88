import { limitPlots } from './quiet-limits.ts'
import { manualPlots } from './quiet-manual.ts'
import { away, home, quiet, type Scene, second, slackMs } from './quiet-policy.ts'
import type { QuietPlot } from './quiet-waits.ts'
import type { Step } from './step.ts'

const few = { minReady: { count: 2 }, failover: { after: '30s' } }

/** A replica is asked to stop, so long after the loss (ms), if there is another one. */
const handOver =
  (after: number) =>
  ({ stage: { replicas }, random, lost }: Scene): Step[] =>
    replicas.length > 1 ? [{ do: 'restart', replica: random.pick(replicas), at: lost + after }] : []

/** What a policy bears, and for how long. */
export const quietPolicies: readonly QuietPlot[] = [
  quiet('too few for a while', {
    sections: few,
    turns: [['primary', 1, 0]],
    should: [
      [home, 20 * second, 'early'],
      [away, 30 * second + slackMs, 'late'],
    ],
    also: handOver(10 * second),
  }),
  // While nothing else can serve its time is spent, so it is left as soon as something can.
  quiet('too few for long', {
    sections: few,
    turns: [
      ['other', 0, 0],
      ['primary', 1, 1],
      ['other', 2, 45 * second],
    ],
    should: [
      [home, 40 * second, 'early'],
      [away, 45 * second + slackMs, 'late'],
    ],
    also: handOver(20 * second),
  }),
  quiet('enough again in time', {
    sections: few,
    turns: [
      ['primary', 1, 0],
      ['primary', 2, 20 * second],
      ['primary', 1, 25 * second],
    ],
    should: [
      [home, 45 * second, 'early'],
      [away, 55 * second + slackMs, 'late'],
    ],
  }),
  quiet('none for a while', {
    sections: { failover: { whenDown: '20s' } },
    turns: [['primary', 0, 0]],
    should: [
      [home, 12 * second, 'early'],
      [away, 20 * second + slackMs, 'late'],
    ],
  }),
  // To come back takes more than to stay.
  quiet('not enough to come back', {
    sections: { failback: { after: '20s', minReady: { count: 2 } } },
    turns: [
      ['primary', 0, 0],
      ['primary', 1, 5 * second],
      ['primary', 2, 35 * second],
    ],
    should: [
      [away, 45 * second, 'early'],
      [home, 55 * second + slackMs, 'late'],
    ],
    also: handOver(15 * second),
  }),
  // The second failover doubles the wait.
  quiet('a longer wait', {
    sections: { failback: { after: '10s', atMost: '20s' } },
    turns: [
      ['primary', 0, 0],
      ['primary', 2, 5 * second],
      ['primary', 0, 25 * second],
      ['primary', 2, 30 * second],
    ],
    should: [
      [home, 15 * second + slackMs, 'late'],
      [away, 45 * second, 'early'],
      [home, 50 * second + slackMs, 'late'],
    ],
  }),
  ...manualPlots,
  ...limitPlots,
]
