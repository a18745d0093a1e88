import * as z from 'zod'
import { entryItem } from '../../api/items.ts'
import { timeline } from '../../api/schema.ts'
import { err, ok } from '../../base/result.ts'
import type { TimelineEntry } from '../../view/timeline-entry.ts'
import { endpoint } from './endpoint.ts'

const maxPage = 1000

export const getTimeline = endpoint({
  path: '/api/v1/timeline',
  summary:
    'Transitions, holds, findings and ends of routes, newest first; the operator keeps the last 10,000',
  parameters: z.object({
    limit: z.coerce.number().int().min(1).max(maxPage).default(200),
    before: z
      .string()
      .optional()
      .describe('The value of `before` from the previous answer, for the next, older page.'),
  }),
  answer: timeline,
  handle: ({ limit, before }, { view }) => {
    const last = before === undefined ? undefined : Number(before)
    if (Number.isNaN(last))
      return err({
        status: 400,
        error: `before: "${before}" is not a page token; use the value of "before" from an earlier answer`,
      })
    const page: TimelineEntry[] = []
    // What was read back from Events has a high revision in an early place: a page begins behind an entry.
    let isBehind = last === undefined
    for (const entry of view.timeline.newestFirst()) {
      if (isBehind) page.push(entry)
      isBehind ||= entry.revision === last
      if (page.length > limit) break
    }
    const more = page.length > limit ? page[limit - 1] : undefined
    return ok({
      items: page.slice(0, limit).map(entryItem),
      before: more ? String(more.revision) : null,
      revision: view.revision,
    })
  },
})
