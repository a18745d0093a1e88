import type { Violation } from '../checker/violation.ts'
import { type Ending, type PlayOptions, play } from './play.ts'
import { shrink } from './shrink.ts'
import type { Step, Story } from './step.ts'

/** A story in which a rule was broken, and the shortest form of it that was found. */
export interface BrokenStory {
  readonly violation: Violation
  readonly story: Story
  /** Places of the steps of the shortest story in the whole one. */
  readonly only: readonly number[]
  readonly ending: Ending
}

/** How many shorter stories are tried. */
const budget = 400

/** The same story with some of its steps, by their places. */
export const withOnly = (story: Story, only: readonly number[]): Story => {
  const places = new Set(only)
  const left = story.steps.filter((_, place) => !places.has(place))
  return {
    ...story,
    steps: story.steps.filter((_, place) => places.has(place)),
    // What is expected holds if all is told that it is expected by.
    expected: story.expected.filter(({ from, at }) => left.every((step) => step.at < from || step.at > at)),
  }
}

/** Plays a story; where it breaks a rule, looks for the shortest story that breaks the same one. */
export async function find(
  story: Story,
  options: PlayOptions,
): Promise<{ ending: Ending; finding?: BrokenStory }> {
  const ending = await play(story, options)
  const { violation } = ending
  if (!violation) return { ending }
  const whole = story.steps.flatMap((step: Step, place) => (step.at <= violation.at ? [place] : []))
  const breaksTheSame = async (only: readonly number[]) =>
    (await play(withOnly(story, only), options)).violation?.rule === violation.rule
  const only = await shrink(whole, breaksTheSame, budget)
  const shortest = await play(withOnly(story, only), { ...options, keep: true })
  return {
    ending,
    finding: {
      violation: shortest.violation ?? violation,
      story: withOnly(story, only),
      only,
      ending: shortest,
    },
  }
}
