import { expect } from 'vitest'
import { z } from 'zod'
import type { ControlPlane } from '../control-plane/control-plane.ts'
import { watchEtcd } from '../control-plane/etcd-watch.ts'
import { eventually } from './eventually.ts'
import { at, splits, type Weights } from './objects.ts'

/** A state in which the server held a split, and when it was seen (ms, as `performance.now` counts). */
export interface State {
  readonly name: string
  readonly weights: Weights
  readonly version: string
  readonly at: number
}

/** Every state of every split that the server has held since the history began, none left out. */
export interface History {
  readonly states: readonly State[]
  of(name: string): readonly State[]
  /** Resolves when it has seen what the server holds now; throws if it missed states. */
  complete(): Promise<void>
  stop(): Promise<void>
}

const weight = z.union([z.number(), z.string()])
const stored = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ backends: z.array(z.looseObject({ service: z.string(), weight })) }),
})
const list = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  items: z.array(
    stored.extend({ metadata: z.looseObject({ name: z.string(), resourceVersion: z.string() }) }),
  ),
})
/** Where the API server keeps TrafficSplits. */
const prefix = '/registry/split.smi-spec.io/trafficsplits/'

/** Begins a history. It looks into etcd, so it goes on while the API server is away. */
export async function startHistory({ api, etcdUrl }: ControlPlane): Promise<History> {
  const path = at(splits, 'trafficsplits')
  const states: State[] = []
  const note = (object: unknown, version: string) => {
    const { metadata, spec } = stored.parse(object)
    const weights = Object.fromEntries(spec.backends.map(({ service, weight }) => [service, weight]))
    states.push({ name: metadata.name, weights, version, at: performance.now() })
  }
  const first = await api.get(path, list)
  for (const item of first.items) note(item, item.metadata.resourceVersion)
  const next = String(Number(first.metadata.resourceVersion) + 1)
  const watch = watchEtcd(etcdUrl, prefix, next, note)
  return {
    states,
    of: (name) => states.filter((state) => state.name === name),
    complete: async () => {
      const { items } = await api.get(path, list)
      await eventually(() => {
        expect(watch.failure).toBeUndefined()
        const seen = new Map(states.map(({ name, version }) => [name, version]))
        const missing = items.filter(
          ({ metadata }) => Number(seen.get(metadata.name) ?? 0) < Number(metadata.resourceVersion),
        )
        expect(missing.map(({ metadata }) => metadata.name)).toEqual([])
      })
    },
    stop: watch.stop,
  }
}

/** The weights that a split had, one after the other, as `1/0`; its backends in their order. */
export const courseOf = (history: History, name: string): string[] =>
  history.of(name).map(({ weights }) => Object.values(weights).join('/'))
