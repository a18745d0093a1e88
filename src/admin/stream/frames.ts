import { entryItem, routeItem } from '../../api/items.ts'
import { partsOf } from '../../routes/key.ts'
import type { News, View } from '../../view/view.ts'

/** One server-sent event. An event with an id moves the place from which a reader resumes. */
export function frame(event: string, data: unknown, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** The id of the last change that a reader knows: the process that sent it, and its revision. */
export const idAt = (view: View, revision: number): string => `${view.epoch}-${revision}`

/** The revision of an id, or `undefined` if the id is from another process or not valid. */
export function revisionOf(view: View, id: string | undefined): number | undefined {
  const [, epoch, revision] = /^(\w+)-(\d{1,15})$/.exec(id ?? '') ?? []
  return epoch === view.epoch ? Number(revision) : undefined
}

export interface Batch {
  readonly bytes: Buffer
  /** All changes up to here are in it, or came earlier. */
  readonly upTo: number
}

/**
 * What a reader at `cursor` must receive next, at most about `maxBytes`; `undefined` if it has received
 * all.
 */
export function batchAfter(view: View, cursor: number, maxBytes: number): Batch | 'forgotten' | undefined {
  const news = view.after(cursor)
  if (!news) return 'forgotten'
  let text = ''
  let upTo = cursor
  for (const item of news) {
    const { event, data, revision } = describe(item, view)
    text += frame(event, data, idAt(view, revision))
    upTo = revision
    if (text.length >= maxBytes) break
  }
  return text === '' ? undefined : { bytes: Buffer.from(text), upTo }
}

function describe(news: News, view: View): { event: string; data: unknown; revision: number } {
  if (news.kind === 'entry') {
    return { event: 'timeline', data: entryItem(news.entry), revision: news.entry.revision }
  }
  if (news.kind === 'route') {
    return { event: 'route', data: routeItem(news.record, view), revision: news.record.revision }
  }
  const data = { ...partsOf(news.key), revision: news.revision }
  return { event: 'gone', data, revision: news.revision }
}
