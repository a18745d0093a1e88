import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { z } from 'zod'
import type { Access } from './api.ts'

const event = z.object({
  type: z.string(),
  object: z.looseObject({
    metadata: z.looseObject({ name: z.string().optional(), resourceVersion: z.string().optional() }),
  }),
})
export type WatchEvent = z.infer<typeof event>

/** A watch of the tests' own, apart from what is tested. It goes on from where it was when its connection ends. */
export interface Watch {
  /** What made it end for good: history was lost, so states may have been missed. */
  readonly failure: string | undefined
  stop(): Promise<void>
}

/** Watches a collection from `resourceVersion` on. */
export function startWatch(
  { url, ca, token }: Access,
  path: string,
  resourceVersion: string,
  onEvent: (event: WatchEvent) => void,
): Watch {
  const pool = new Pool(url, { connections: 1, connect: { ca }, bodyTimeout: 0, headersTimeout: 0 })
  const stopping = new AbortController()
  const { signal } = stopping
  let from = resourceVersion
  let failure: string | undefined
  const once = async () => {
    const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${from}`
    const headers = { authorization: `Bearer ${token}` }
    const { body } = await pool.request({ method: 'GET', path: `${path}?${query}`, headers, signal })
    for await (const line of createInterface({ input: body.on('error', () => {}) })) {
      const parsed = event.parse(JSON.parse(line))
      if (parsed.type === 'ERROR') throw new HistoryLost(line)
      from = parsed.object.metadata.resourceVersion ?? from
      if (parsed.type !== 'BOOKMARK') onEvent(parsed)
    }
  }
  const run = async () => {
    while (!signal.aborted && failure === undefined) {
      await once().catch((problem: unknown) => {
        if (problem instanceof HistoryLost) failure = problem.message
      })
      await delay(50)
    }
  }
  const done = run()
  return {
    get failure() {
      return failure
    },
    stop: async () => {
      stopping.abort()
      await pool.destroy()
      await done
    },
  }
}

class HistoryLost extends Error {}
