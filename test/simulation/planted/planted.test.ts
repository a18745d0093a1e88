import { describe, expect, test } from 'vitest'
import { hunt } from './hunt.ts'
import { planted } from './plants.ts'

describe('the checker finds what was planted', () => {
  test.each(planted)('$name, within $within stories', { timeout: 240_000 }, async (bug) => {
    const { violation } = await hunt(bug, bug.seed ?? 1)
    expect(bug.breaks).toContain(violation?.rule)
  })
})
