import { expect } from 'vitest'
import { z } from 'zod'
import type { ControlPlane } from '../control-plane/control-plane.ts'
import { startWatch } from '../control-plane/watch.ts'
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

const split = z.looseObject({
  metadata: z.looseObject({ name: z.string(), resourceVersion: z.string() }),
  spec: z.looseObject({ backends: z.array(z.looseObject({ service: z.string(), weight: z.number() })) }),
})
const list = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  items: z.array(split),
})

export async function startHistory({ api, url, ca, adminToken }: ControlPlane): Promise<History> {
  const path = at(splits, 'trafficsplits')
  const states: State[] = []
  const note = (object: unknown) => {
    const { metadata, spec } = split.parse(object)
    const weights = Object.fromEntries(spec.backends.map(({ service, weight }) => [service, weight]))
    states.push({ name: metadata.name, weights, version: metadata.resourceVersion, at: performance.now() })
  }
  const first = await api.get(path, list)
  first.items.forEach(note)
  const watch = startWatch({ url, ca, token: adminToken }, path, first.metadata.resourceVersion, (event) => {
    if (event.type !== 'DELETED') note(event.object)
  })
  const of = (name: string) => states.filter((state) => state.name === name)
  return {
    states,
    of,
    complete: async () => {
      const { items } = await api.get(path, list)
      await eventually(() => {
        expect(watch.failure).toBeUndefined()
        const seen = new Map(states.map(({ name, version }) => [name, version]))
        const missing = items.filter(
          ({ metadata }) => Number(seen.get(metadata.name)) < Number(metadata.resourceVersion),
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
