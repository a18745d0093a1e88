import { epoch } from '../engine/process.ts'
import { away, home, quiet, type Scene, second, slackMs } from './quiet-policy.ts'
import type { QuietPlot } from './quiet-waits.ts'
import type { Step } from './step.ts'

const sections = { failback: { mode: 'Manual' } }

/** A person approves the return from all that is lost by then (ms after the loss). */
const approve = ({ route, lost }: Scene, after: number): Step => ({
  do: 'annotate',
  route,
  name: 'failover.linkerd.io/return-approved',
  value: new Date(epoch + lost + after).toISOString(),
  at: lost + after,
})

/** A tool applies the weights that are in git. */
const git = ({ route, lost }: Scene, after: number): Step => ({
  do: 'weights',
  route,
  rule: 0,
  weights: home,
  at: lost + after,
})

/** Traffic goes back when a person says so. */
export const manualPlots: readonly QuietPlot[] = [
  quiet('approved before the loss', {
    sections,
    turns: [
      ['primary', 0, 0],
      ['primary', 2, 5 * second],
      ['primary', 0, 30 * second],
      ['primary', 2, 35 * second],
    ],
    also: (scene) => [approve(scene, 15 * second), approve(scene, 55 * second)],
    should: [
      [away, 14 * second, 'unapproved'],
      [home, 15 * second + slackMs, 'late'],
      [away, 54 * second, 'unapproved'],
      [home, 55 * second + slackMs, 'late'],
    ],
  }),
  // What was lost is in the status of the policy, which outlives all replicas; an election takes its time.
  quiet('restart before it is approved', {
    sections,
    turns: [
      ['primary', 0, 0],
      ['primary', 2, 5 * second],
    ],
    also: (scene) => [
      git(scene, 15 * second),
      ...scene.stage.replicas.map(
        (replica): Step => ({ do: 'kill', replica, downMs: 3 * second, at: scene.lost + 30 * second }),
      ),
      git(scene, 31 * second),
      approve(scene, 75 * second),
    ],
    should: [
      [away, 15 * second + slackMs, 'unapproved'],
      [away, 74 * second, 'unapproved'],
      [home, 75 * second + slackMs, 'late'],
    ],
    outlives: true,
  }),
]
