import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import type { Transport } from '../../../src/kube/http/transport.ts'
import { resourceOf } from '../network/sent.ts'
import { changed } from './tools.ts'

/** An open watch, and what it has told last of each object. */
class Telling {
  readonly told = new Map<string, JsonObject>()
  /** Wakes whoever waits for the next event. */
  wake: (insertion: { readonly events: readonly JsonObject[] }) => void = () => {}
  /** Called when inserted events have been taken in. */
  done: () => void = () => {}
}

/** Tells watches that their objects were gone for a moment. */
export class Insertions {
  readonly tellings = new Set<Telling>()

  /** Resolves when every watch has told so of each object. */
  async insert(): Promise<void> {
    await Promise.all(
      [...this.tellings].map(
        (telling) =>
          new Promise<void>((done) => {
            telling.done = done
            const objects = [...telling.told.values()]
            const events = ['DELETED', 'ADDED'].flatMap((type) => objects.map((object) => ({ type, object })))
            telling.wake({ events })
          }),
      ),
    )
  }
}

/** Lets insertions into the watches of a resource. */
export const withInsertions = (transport: Transport, resource: string, insertions: Insertions): Transport =>
  changed(transport, {
    stream: async (req) => {
      const opened = await transport.stream(req)
      if (!opened.ok || resourceOf(req) !== resource) return opened
      return { ok: true, value: merged(opened.value, insertions) }
    },
  })

async function* merged(events: AsyncIterable<unknown>, insertions: Insertions): AsyncGenerator<unknown> {
  const telling = new Telling()
  insertions.tellings.add(telling)
  const source = events[Symbol.asyncIterator]()
  const inserted = () =>
    new Promise<{ readonly events: readonly JsonObject[] }>((resolve) => {
      telling.wake = resolve
    })
  try {
    let [next, insertion] = [source.next(), inserted()]
    for (;;) {
      const news = await Promise.race([next, insertion])
      if (!('events' in news)) {
        if (news.done) return
        keep(telling.told, news.value)
        yield news.value
        next = source.next()
      } else {
        yield* news.events
        telling.done()
        insertion = inserted()
      }
    }
  } finally {
    insertions.tellings.delete(telling)
    telling.done()
    void source.return?.()
  }
}

function keep(told: Map<string, JsonObject>, event: unknown): void {
  if (!isObject(event) || !isObject(event.object) || event.type === 'BOOKMARK') return
  const { metadata } = event.object
  const name = isObject(metadata) ? `${metadata.namespace}/${metadata.name}` : ''
  if (event.type === 'DELETED') told.delete(name)
  else told.set(name, event.object)
}
