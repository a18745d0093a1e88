/** Plays the story, step by step, and judges each one by what the watches saw. */
import type { Observer } from './observer.ts'
import { describeWeights, type Step, sameWeights } from './story.ts'

/** What a step needs of the world around it. */
export interface Stage {
  readonly observer: Observer
  scale(deployment: string, replicas: number): Promise<void>
  /** Lets time pass, so that a person can look and the client can notice. */
  linger(): Promise<void>
}

export type StepResult =
  | { readonly happened: true; readonly reactionMs: number }
  | { readonly happened: false; readonly seen: string }

/** Does what the step says, waits for its outcome, and makes sure that the outcome stays. */
export async function playStep(step: Step, stage: Stage): Promise<StepResult> {
  const { observer } = stage
  const { deployment, replicas } = step.scale
  const happened = () =>
    observer.isReady(deployment) === replicas > 0 && sameWeights(step.weights, observer.weights)
  await stage.scale(deployment, replicas)
  if (!(await observer.until(happened, step.deadlineMs))) {
    return { happened: false, seen: `after ${step.deadlineMs / 1000} s: ${describe(step, observer)}` }
  }
  const turnedAt = observer.turnedAt(deployment) ?? observer.weightsAt
  const reactionMs = Math.max(0, observer.weightsAt - turnedAt)
  await stage.linger()
  if (happened()) return { happened: true, reactionMs }
  return { happened: false, seen: `the weights changed again: ${describe(step, observer)}` }
}

function describe(step: Step, observer: Observer): string {
  const { ready, total } = observer.endpoints(step.scale.deployment)
  const wanted = describeWeights(new Map(Object.entries(step.weights)))
  return `${step.scale.deployment} has ${ready} of ${total} endpoints ready; the weights are ${describeWeights(observer.weights)}; expected ${wanted}`
}
