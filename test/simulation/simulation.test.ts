import { describe, expect, test } from 'vitest'
import { find } from './story/find.ts'
import { play } from './story/play.ts'
import type { Story } from './story/step.ts'
import { tellStory } from './story/teller.ts'
import { tell } from './story/words.ts'

/** Short and always the same; `.ci/run` plays many, from a seed that depends on the commit. */
const seeds = Array.from({ length: 16 }, (_, index) => index + 1)
const linkedSeeds = seeds.slice(0, 6)

describe('whatever happens, no rule is broken', () => {
  test.each(seeds)('in story %i', { timeout: 120_000 }, async (number) => {
    await expectNoViolation(tellStory({ seed: String(number), hours: 1 }))
  })

  test.each(linkedSeeds)('in story %i of two clusters', { timeout: 120_000 }, async (number) => {
    await expectNoViolation(tellStory({ seed: String(number), hours: 1, linked: true }))
  })
})

async function expectNoViolation(whole: Story): Promise<void> {
  const { finding } = await find(whole, {})
  const story = finding?.story.steps.map(tell).join('\n')
  expect(finding?.violation, story).toBeUndefined()
}

test('equal seeds play equally, whatever was played between', { timeout: 120_000 }, async () => {
  for (const replicas of [1, 2]) {
    const first = await play(tellStory({ seed: 'same', hours: 0.3, replicas, linked: replicas === 1 }))
    await play(tellStory({ seed: 'other', hours: 0.3, replicas: 1 }))
    const again = await play(tellStory({ seed: 'same', hours: 0.3, replicas, linked: replicas === 1 }))
    expect(again.hash).toBe(first.hash)
    expect(again.lasted).toBeGreaterThan(300_000)
  }
})
