import type { Violation } from '../checker/violation.ts'
import { play } from '../story/play.ts'
import { tellStory } from '../story/teller.ts'
import type { Planted } from './planted.ts'

/** Plays stories with a planted bug until one of the rules that it must break is broken, or its limit is reached. */
export async function hunt(
  bug: Planted,
  firstSeed: number,
): Promise<{ readonly stories: number; readonly violation: Violation | undefined }> {
  const {
    linked = false,
    copies = false,
    drains = false,
    policies = false,
    within,
    replicas,
    breaks,
    menu,
  } = bug
  for (let stories = 1; stories <= within; stories += 1) {
    const story = tellStory({
      seed: String(firstSeed + stories - 1),
      hours: 1,
      replicas: replicas ?? 1,
      linked,
      copies,
      drains,
      policies,
      menu,
    })
    const { violation } = await play(story, bug)
    if (violation && breaks.includes(violation.rule)) return { stories, violation }
  }
  return { stories: within, violation: undefined }
}
