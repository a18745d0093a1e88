import { createInterface } from 'node:readline'
import { Pool } from 'undici'
import { z } from 'zod'

const message = z.object({
  result: z.object({
    events: z
      .array(
        z.object({
          type: z.string().optional(),
          kv: z.object({ value: z.string().optional(), mod_revision: z.string() }),
        }),
      )
      .default([]),
  }),
})

/** What the API server keeps in etcd, change by change, whatever becomes of that server in between. */
export interface EtcdWatch {
  /** Why it ended before it was stopped. */
  readonly failure: string | undefined
  stop(): Promise<void>
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Watches all keys that begin with `prefix` from a revision on, by etcd's JSON gateway; values are JSON. */
export function watchEtcd(
  etcdUrl: string,
  prefix: string,
  revision: string,
  onWrite: (value: unknown, revision: string) => void,
): EtcdWatch {
  const pool = new Pool(etcdUrl, { connections: 1, bodyTimeout: 0, headersTimeout: 0 })
  const stopping = new AbortController()
  let failure: string | undefined
  const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
  const body = JSON.stringify({
    create_request: { key: base64(prefix), range_end: base64(end), start_revision: revision },
  })
  const run = async () => {
    const { signal } = stopping
    const answer = await pool.request({ method: 'POST', path: '/v3/watch', body, signal })
    for await (const line of createInterface({ input: answer.body.on('error', () => {}) })) {
      for (const { type, kv } of message.parse(JSON.parse(line)).result.events) {
        if (type === 'DELETE' || kv.value === undefined) continue
        onWrite(JSON.parse(Buffer.from(kv.value, 'base64').toString()), kv.mod_revision)
      }
    }
    throw new Error('etcd ended the watch')
  }
  const done = run().catch((problem: unknown) => {
    if (!stopping.signal.aborted) failure = String(problem)
  })
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
