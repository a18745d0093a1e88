import { type Circumstances, judgeSplit } from '../../core/judge.ts'
import { applyPlan } from '../../core/plan.ts'
import { weightsOf } from '../../core/split.ts'
import { type Backend, type Readiness, type ReadinessOf, readinessOf, type Split } from '../../core/types.ts'

/** Something that would change what a split does. */
export interface Counterfactual {
  /** What would have to happen, as a sentence without its end. */
  readonly when: string
  /** What the rules would say then. */
  readonly sentence: string
  /** The weights that would be written, in the order of the backends. */
  readonly weights: readonly number[]
}

/**
 * Flips the readiness of each backend, one at a time, and applies the rules again; what they then say for
 * another reason, or with other weights, is what would change the decision.
 */
export function counterfactuals(
  split: Split,
  readiness: ReadinessOf,
  circumstances: Circumstances,
): Counterfactual[] {
  const now = outcome(split, readiness, circumstances)
  const backends = new Map(split.backends.map((backend) => [nameOf(backend, split), backend]))
  const turned = [...backends].flatMap(([name, backend]) =>
    turns(name, readiness(backend)).map(({ when, becomes }) => ({
      when,
      ...outcome(
        split,
        (other) => (nameOf(other, split) === name ? becomes : readiness(other)),
        circumstances,
      ),
    })),
  )
  const resumed = { when: 'it is resumed', ...outcome({ ...split, paused: false }, readiness, circumstances) }
  const undrained = {
    when: 'nothing is drained any more',
    ...outcome(split, readiness, { ...circumstances, drained: undefined }),
  }
  const isDrained = split.backends.some((backend) => drainsIn(circumstances, backend))
  return [...(split.paused ? [resumed] : []), ...(isDrained ? [undrained] : []), ...turned]
    .filter(({ rule, weights }) => rule !== now.rule || String(weights) !== String(now.weights))
    .map(({ when, sentence, weights }) => ({ when, sentence, weights }))
}

const drainsIn = ({ drained }: Circumstances, backend: Backend): boolean => drained?.(backend) !== undefined

/** What the rules say, and the weights after it. */
function outcome(split: Split, readiness: ReadinessOf, circumstances: Circumstances) {
  const { sentence, plan, decision } = judgeSplit(split, readiness, circumstances)
  return { sentence, rule: decision.rule, weights: weightsOf(applyPlan(split, plan)) }
}

/** Its Service, with the port if the split has several ports of the Service. */
function nameOf({ service, port }: Backend, { backends }: Split): string {
  const isAlone = backends.every((other) => other.service !== service || other.port === port)
  return isAlone || port === undefined ? service : `port ${port} of ${service}`
}

function turns(service: string, now: Readiness): { when: string; becomes: Readiness }[] {
  const total = now.state === 'unknown' ? 0 : now.total
  const up = { when: `${service} gets a ready endpoint`, becomes: readinessOf(1, Math.max(1, total)) }
  const down = { when: `${service} has no ready endpoint`, becomes: readinessOf(0, total) }
  return [...(now.state === 'ready' ? [] : [up]), ...(now.state === 'down' ? [] : [down])]
}
