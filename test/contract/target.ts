import { Agent, request } from 'undici'
import { z } from 'zod'

export type Ask = {
  method?: string
  path: string
  query?: Record<string, string | number | boolean>
  body?: unknown
  /** The body as text, in place of `body`. */
  text?: string
  contentType?: string
  accept?: string
}

/** The parts of an answer that the suite looks at: an object, a list or a Status, all of them loosely. */
export type Body = z.infer<typeof bodyShape>
export type Reply = { status: number; headers: Record<string, string | string[] | undefined>; json: Body }
export type WatchEvent = z.infer<typeof eventShape>

/** Events as they come; `return()` ends the watch. */
export type Events = AsyncGenerator<WatchEvent, void, void>

/** An API server, real or not, as the suite sees it. */
export type Target = {
  url: string
  request(ask: Ask): Promise<Reply>
  watch(path: string, query?: Ask['query']): Events
  stop(): Promise<void>
}

const texts = z.record(z.string(), z.string())
const metaShape = z.looseObject({
  name: z.string().optional(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  generation: z.number().optional(),
  creationTimestamp: z.string().nullish(),
  resourceVersion: z.string().optional(),
  continue: z.string().optional(),
  remainingItemCount: z.number().optional(),
  labels: texts.optional(),
  annotations: texts.optional(),
})
const objectShape = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  metadata: metaShape.default({}),
  spec: z.looseObject({}).optional(),
  data: texts.optional(),
})
const bodyShape = objectShape.extend({
  items: z.array(objectShape).optional(),
  status: z.unknown().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  code: z.number().optional(),
  details: z.looseObject({}).optional(),
})
const eventShape = z.object({ type: z.string(), object: bodyShape })

function queryText(query: Ask['query'] = {}): string {
  const entries = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])
  return new URLSearchParams(entries).toString()
}

function parsed(text: string): Body {
  try {
    return bodyShape.parse(JSON.parse(text))
  } catch {
    return bodyShape.parse({ message: text })
  }
}

const textOf = ({ text, body }: Ask): string | undefined =>
  text ?? (body === undefined ? undefined : JSON.stringify(body))

type Server = { url: string; ca?: string; token?: string; stop(): Promise<void> }

/** A target that speaks HTTP, with a CA and a bearer token where the server wants them. */
export function httpTarget({ url, ca, token, stop }: Server): Target {
  const dispatcher = new Agent(ca ? { connect: { ca } } : {})
  const authorization = token ? { authorization: `Bearer ${token}` } : {}
  const send = (ask: Ask) =>
    request(`${url}${ask.path}?${queryText(ask.query)}`, {
      dispatcher,
      method: ask.method ?? 'GET',
      headers: {
        ...authorization,
        accept: ask.accept ?? 'application/json',
        ...(textOf(ask) === undefined ? {} : { 'content-type': ask.contentType ?? 'application/json' }),
      },
      body: textOf(ask) ?? null,
    })
  return {
    url,
    async request(ask) {
      const answer = await send(ask)
      const text = await answer.body.text()
      return { status: answer.statusCode, headers: answer.headers, json: parsed(text) }
    },
    async *watch(path, query) {
      const answer = await send({ path, query: { ...query, watch: true } })
      try {
        let rest = ''
        for await (const chunk of answer.body.setEncoding('utf8')) {
          const lines = (rest + String(chunk)).split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines) if (line.trim()) yield eventShape.parse(JSON.parse(line))
        }
      } finally {
        answer.body.on('error', () => {}).destroy()
      }
    },
    async stop() {
      await dispatcher.destroy()
      await stop()
    },
  }
}
