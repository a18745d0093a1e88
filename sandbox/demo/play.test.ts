import { describe, expect, it } from 'vitest'
import { Observer } from './observer.ts'
import { playStep } from './play.ts'
import { routes } from './routes.ts'
import type { Step } from './story.ts'

describe('playStep', () => {
  const step: Step = {
    title: 'lost',
    outcome: 'b serves',
    scale: { deployment: 'a', replicas: 0 },
    weights: { a: 0, b: 1 },
    deadlineMs: 20,
  }
  const slice = (...ready: boolean[]) => ({
    metadata: { name: 'a', labels: { 'kubernetes.io/service-name': 'a' } },
    endpoints: ready.map((one) => ({ conditions: { ready: one } })),
  })
  const split = (a: number, b: number) => ({
    metadata: { name: 'split' },
    spec: {
      backends: [
        { service: 'a', weight: a },
        { service: 'b', weight: b },
      ],
    },
  })
  const start = () => {
    const observer = new Observer('split', routes.split)
    observer.sawSlice('ADDED', slice(true), 0)
    observer.sawRoute('ADDED', split(1, 0), 0)
    return observer
  }

  it('measures from the readiness to the weights', async () => {
    const observer = start()
    const scale = async () => {
      observer.sawSlice('MODIFIED', slice(), 100)
      observer.sawRoute('MODIFIED', split(0, 1), 104)
    }
    const verdict = await playStep(step, { observer, scale, linger: async () => {} })
    expect(verdict).toEqual({ happened: true, reactionMs: 4 })
  })

  it('says what was seen when nothing happens', async () => {
    const verdict = await playStep(step, { observer: start(), scale: async () => {}, linger: async () => {} })
    const seen = 'after 0.02 s: a has 1 of 1 endpoints ready; the weights are a=1 b=0; expected a=0 b=1'
    expect(verdict).toEqual({ happened: false, seen })
  })

  it('is not content with weights that do not stay', async () => {
    const observer = start()
    const scale = async () => {
      observer.sawSlice('MODIFIED', slice(), 100)
      observer.sawRoute('MODIFIED', split(0, 1), 104)
    }
    const linger = async () => observer.sawRoute('MODIFIED', split(1, 0), 105)
    expect(await playStep(step, { observer, scale, linger })).toMatchObject({ happened: false })
  })
})
