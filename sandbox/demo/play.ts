/** Plays the story, step by step, and judges each one by what the watches saw. */
import type { Observer } from './observer.ts'
import { type Change, describeWeights, type Step, sameWeights } from './story.ts'

/** What a step needs of the world around it. */
export interface Stage {
  readonly observer: Observer
  scale(deployment: string, replicas: number): Promise<void>
  annotate(annotations: Readonly<Record<string, string>>): Promise<void>
  drain(cluster: string): Promise<void>
  undrain(): Promise<void>
  /** Lets time pass, so that a person can look and the client can notice. */
  linger(): Promise<void>
}

export type StepResult =
  | { readonly happened: true; readonly reactionMs: number }
  | { readonly happened: false; readonly seen: string }

/** Does what the step says, waits for its outcome, and makes sure that the outcome stays. */
export async function playStep(step: Step, stage: Stage): Promise<StepResult> {
  const { observer } = stage
  const { change } = step
  const begunAt = performance.now()
  using moves = countMoves(observer)
  const happened = () =>
    isAsLeft(change, observer) &&
    sameWeights(step.weights, observer.weights) &&
    (step.moves === undefined || moves.count === step.moves)
  await perform(change, stage)
  if (!(await observer.until(happened, step.deadlineMs))) {
    return {
      happened: false,
      seen: `after ${step.deadlineMs / 1000} s: ${describe(step, observer, moves.count)}`,
    }
  }
  const turnedAt = ('deployment' in change ? observer.turnedAt(change.deployment) : undefined) ?? begunAt
  const reactionMs = Math.max(0, observer.weightsAt - turnedAt)
  await stage.linger()
  if (happened()) return { happened: true, reactionMs }
  return { happened: false, seen: `the weights changed again: ${describe(step, observer, moves.count)}` }
}

async function perform(change: Change, stage: Stage): Promise<void> {
  switch (change.kind) {
    case 'scale':
      return stage.scale(change.deployment, change.replicas)
    case 'drain':
      return stage.drain(change.cluster)
    case 'undrain':
      return stage.undrain()
    case 'annotateAndFlap':
      await stage.annotate(change.annotations)
      return flap(change.deployment, change.times, stage, false)
    case 'flap':
      return flap(change.deployment, change.times, stage, true)
  }
}

/** How long a turn of a backend may take to be seen, and the traffic to follow it (ms). */
const turnMs = 10_000

/** If traffic follows, each turn waits for it; else a backend is up no longer than it takes to see that. */
async function flap(deployment: string, times: number, stage: Stage, follows: boolean): Promise<void> {
  const { observer } = stage
  for (let turn = 0; turn < 2 * times; turn += 1) {
    const isUp = turn % 2 === 1
    const before = describeWeights(observer.weights)
    await stage.scale(deployment, isUp ? 2 : 0)
    await observer.until(() => observer.isReady(deployment) === isUp, turnMs)
    if (follows || turn === 0)
      await observer.until(() => describeWeights(observer.weights) !== before, turnMs)
  }
}

/** Whether what was scaled is as the change leaves it. */
function isAsLeft(change: Change, observer: Observer): boolean {
  if (!('deployment' in change)) return true
  const replicas = change.kind === 'scale' ? change.replicas : 2
  return observer.isReady(change.deployment) === replicas > 0
}

/** Counts the changes of the weights that are seen, until it is disposed of. */
function countMoves(observer: Observer): Disposable & { readonly count: number } {
  let count = 0
  let before = describeWeights(observer.weights)
  const forget = observer.onChange(() => {
    const now = describeWeights(observer.weights)
    if (now !== before) count += 1
    before = now
  })
  return {
    get count() {
      return count
    },
    [Symbol.dispose]: forget,
  }
}

function describe({ change, weights, moves }: Step, observer: Observer, moved: number): string {
  const wanted = describeWeights(new Map(Object.entries(weights)))
  const seen = `the weights are ${describeWeights(observer.weights)}; expected ${wanted}`
  const counted = moves === undefined ? seen : `${seen}; ${moved} moves; expected ${moves}`
  if (!('deployment' in change)) return counted
  const { ready, total } = observer.endpoints(change.deployment)
  return `${change.deployment} has ${ready} of ${total} endpoints ready; ${counted}`
}
