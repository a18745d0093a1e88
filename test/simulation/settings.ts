import { parseArgs } from 'node:util'

/** What `npm run simulate` was asked for. */
export interface Settings {
  /** Of the first story; each further one has the next number. */
  readonly seed: number
  readonly runs: number
  /** Virtual hours of each story, at least; one with an election is cut short, see `tellStory`. */
  readonly hours: number
  /** How many replicas; drawn from the seed without it. */
  readonly replicas: number | undefined
  /** The cluster is linked with another one in every story; drawn from the seed without it. */
  readonly linked: boolean | undefined
  /** The operator follows Drains in every story; drawn from the seed without it. */
  readonly drains: boolean | undefined
  /** The operator follows FailoverPolicies in every story; drawn from the seed without it. */
  readonly policies: boolean | undefined
  /** Places of the steps to play; all without it. */
  readonly only: readonly number[] | undefined
  /** Name of a planted bug. */
  readonly plant: string | undefined
  /** Print everything that happens. */
  readonly trace: boolean
}

const options = {
  seed: { type: 'string' },
  runs: { type: 'string', default: '100' },
  hours: { type: 'string', default: '5' },
  replicas: { type: 'string' },
  linked: { type: 'boolean' },
  drains: { type: 'boolean' },
  policies: { type: 'boolean' },
  only: { type: 'string' },
  plant: { type: 'string' },
  trace: { type: 'boolean', default: false },
} as const

/** Reads the flags; throws with a sentence where one makes no sense. */
export function readSettings(args: readonly string[], freshSeed: () => number): Settings {
  const { values } = parseArgs({ args: [...args], options })
  const number = (name: string, text: string): number => {
    const value = Number(text)
    if (!Number.isFinite(value) || value < 0)
      throw new Error(`--${name} ${text}: this is no number from 0 on`)
    return value
  }
  return {
    seed: values.seed === undefined ? freshSeed() : number('seed', values.seed),
    runs: number('runs', values.runs),
    hours: number('hours', values.hours),
    replicas: values.replicas === undefined ? undefined : number('replicas', values.replicas),
    linked: values.linked,
    drains: values.drains,
    policies: values.policies,
    only: values.only?.split(',').map((place) => number('only', place)),
    plant: values.plant,
    trace: values.trace,
  }
}
