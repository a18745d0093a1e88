import { expect } from 'vitest'
import type { Ask, Body, Events, Reply, Target, WatchEvent } from './target.ts'

export const jsonPatch = 'application/json-patch+json'
export const mergePatch = 'application/merge-patch+json'

let last = 0

/** What every test works with: a namespace of its own, and short ways to say common things. */
export class Kit {
  readonly target: Target
  readonly namespace: string

  private constructor(target: Target, namespace: string) {
    this.target = target
    this.namespace = namespace
  }

  static async create(target: Target): Promise<Kit> {
    last += 1
    const kit = new Kit(target, `contract-${last}`)
    await kit.ok({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: kit.namespace } } })
    return kit
  }

  maps(name?: string): string {
    return `/api/v1/namespaces/${this.namespace}/configmaps${name ? `/${name}` : ''}`
  }

  splits(name?: string, version = 'v1alpha2'): string {
    const base = `/apis/split.smi-spec.io/${version}/namespaces/${this.namespace}/trafficsplits`
    return name ? `${base}/${name}` : base
  }

  request(ask: Ask): Promise<Reply> {
    return this.target.request(ask)
  }

  /** A request that must succeed. */
  async ok(ask: Ask): Promise<Body> {
    const reply = await this.request(ask)
    expect(reply.status, `${ask.method ?? 'GET'} ${ask.path}: ${reply.json.message}`).toBeLessThan(300)
    return reply.json
  }

  /** A request that must be answered with a Status of this code and reason. */
  async refused(ask: Ask, code: number, reason: string): Promise<Body> {
    const reply = await this.request(ask)
    expect({ status: reply.status, kind: reply.json.kind, reason: reply.json.reason }).toEqual({
      status: code,
      kind: 'Status',
      reason,
    })
    return reply.json
  }

  createMap(name: string, labels: Record<string, string> = {}): Promise<Body> {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data: { a: '1' } }
    return this.ok({ method: 'POST', path: this.maps(), body })
  }

  createSplit(name: string, weights: unknown[], version = 'v1alpha2'): Promise<Body> {
    return this.ok({
      method: 'POST',
      path: this.splits(undefined, version),
      body: split(name, weights, version),
    })
  }

  patch(path: string, contentType: string, body: unknown): Promise<Body> {
    return this.ok({ method: 'PATCH', path, contentType, body })
  }

  delete(path: string): Promise<Body> {
    return this.ok({ method: 'DELETE', path })
  }
}

/** Makes a kit, with a namespace of its own, on the server under test. */
export type NewKit = () => Promise<Kit>

export const split = (name: string, weights: unknown[], version = 'v1alpha2') => ({
  apiVersion: `split.smi-spec.io/${version}`,
  kind: 'TrafficSplit',
  metadata: { name },
  spec: { service: 'web', backends: weights.map((weight, i) => ({ service: `web-${i}`, weight })) },
})

export const namesOf = (list: Body) => (list.items ?? []).map((item) => item.metadata.name)
export const versionOf = (object: Body) => Number(object.metadata.resourceVersion)

/** The next events of a watch, which stays open; fails if it ends before. */
export async function take(events: Events, count: number): Promise<WatchEvent[]> {
  const taken: WatchEvent[] = []
  while (taken.length < count) {
    const next = await events.next()
    if (next.done) throw new Error(`the watch ended after ${taken.length} of ${count} events`)
    taken.push(next.value)
  }
  return taken
}

/** All events until a watch ends by itself. */
export async function rest(events: Events): Promise<WatchEvent[]> {
  const all: WatchEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

export const brief = (event: WatchEvent) => `${event.type} ${event.object.metadata.name}`
