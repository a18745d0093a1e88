import type { EntryItem } from '../../api/schema.ts'
import { timeline } from '../../api/schema.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Cluster, Io } from '../io.ts'
import { findOperator, unreadable } from '../operator-api.ts'

/** The whole timeline of the operator's leader. The error says in a sentence why there is none. */
export async function readTimeline(cluster: Cluster, io: Io): Promise<Result<EntryItem[], string>> {
  const ask = await findOperator(cluster, io)
  if (!ask.ok) return ask
  const entries: EntryItem[] = []
  let before: string | null = ''
  while (before !== null) {
    const place: string = before === '' ? '' : `&before=${encodeURIComponent(before)}`
    const answer = await ask.value(`/api/v1/timeline?limit=1000${place}`)
    if (!answer.ok) return answer
    const { data } = timeline.safeParse(answer.value)
    if (!data) return err(unreadable)
    entries.push(...data.items)
    before = data.before
  }
  return ok(entries)
}
