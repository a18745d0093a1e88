/** The few calls that the demo makes itself, as any client of Kubernetes would: create, scale, follow. */
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { ChangeType } from './observer.ts'

const listShape = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  items: z.array(z.unknown()),
})
const eventShape = z.object({ type: z.string(), object: z.unknown() })

export type Seen = (type: ChangeType, object: unknown) => void

export class Cluster {
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  async create(path: string, object: object): Promise<void> {
    await this.#send('POST', path, 'application/json', object)
  }

  /** What `kubectl scale deployment` does. */
  async scale(deploymentPath: string, replicas: number): Promise<void> {
    await this.#send('PATCH', `${deploymentPath}/scale`, 'application/merge-patch+json', {
      spec: { replicas },
    })
  }

  /** What `kubectl annotate` does. */
  async annotate(objectPath: string, annotations: Readonly<Record<string, string>>): Promise<void> {
    await this.#send('PATCH', objectPath, 'application/merge-patch+json', { metadata: { annotations } })
  }

  async delete(objectPath: string): Promise<void> {
    await (await this.#request('DELETE', objectPath, {})).arrayBuffer()
  }

  /** What a controller does that tells how it sees an object. */
  async writeStatus(objectPath: string, status: object): Promise<void> {
    await this.#send('PATCH', `${objectPath}/status`, 'application/merge-patch+json', { status })
  }

  /** Lists, then watches, and begins again when the watch ends, until `signal` is aborted. */
  async follow(path: string, seen: Seen, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#listAndWatch(path, seen, signal)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof TypeError)) throw error
      }
      await pause(100, undefined, { signal }).catch(() => {})
    }
  }

  async #listAndWatch(path: string, seen: Seen, signal: AbortSignal): Promise<void> {
    const answer = await this.#request('GET', path, { signal })
    const list = listShape.parse(await answer.json())
    for (const item of list.items) seen('ADDED', item)
    const version = encodeURIComponent(list.metadata.resourceVersion)
    const watch = await this.#request('GET', `${path}?watch=1&resourceVersion=${version}`, { signal })
    for await (const line of lines(watch)) {
      const event = eventShape.parse(JSON.parse(line))
      if (event.type === 'ERROR') return
      if (isChange(event.type)) seen(event.type, event.object)
    }
  }

  async #send(method: string, path: string, type: string, body: object): Promise<void> {
    const answer = await this.#request(method, path, {
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    })
    await answer.arrayBuffer()
  }

  async #request(method: string, path: string, init: RequestInit): Promise<Response> {
    const answer = await fetch(this.#url + path, { ...init, method })
    if (answer.ok) return answer
    throw new Error(`${method} ${path}: HTTP ${answer.status} ${await answer.text()}`)
  }
}

const isChange = (type: string): type is ChangeType => ['ADDED', 'MODIFIED', 'DELETED'].includes(type)

/** The lines of a body as they arrive. */
async function* lines(answer: Response): AsyncGenerator<string> {
  if (!answer.body) return
  let rest = ''
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) if (part.trim() !== '') yield part
  }
}
