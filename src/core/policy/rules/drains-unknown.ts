import { hold, type Rule } from '../../rule.ts'

/**
 * Asked after all others: while drains and policies cannot be read, a move that clients do not need might go
 * against one, so it waits.
 */
export const drainsUnknown = {
  name: 'DrainsUnknown',
  when: 'drains or policies cannot be read, and what has weight may serve',
  decide: () => hold(),
  because: () =>
    'drains and policies are not known yet, so only moves are made without which nothing would serve',
} as const satisfies Rule
