import { expect, test } from 'vitest'
import { sets, versionOf } from './sets.ts'

test.each(sets.map((set) => [set.name, set] as const))(
  '%s names the release that it is built from',
  (_, set) => {
    expect(versionOf(set, set.release)).toMatch(/^\d+\.\d+\.\d+/)
  },
)
