import { describe, expect, it } from 'vitest'
import { Observer } from './observer.ts'
import { playStep, type Stage } from './play.ts'
import { routes } from './routes.ts'
import type { Step } from './story.ts'

describe('playStep', () => {
  const step: Step = {
    title: 'lost',
    outcome: 'b serves',
    change: { kind: 'scale', deployment: 'a', replicas: 0 },
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

  const nothing = async () => {}
  const stageOf = (observer: Observer, words: Partial<Stage> = {}): Stage => ({
    observer,
    scale: nothing,
    annotate: nothing,
    drain: nothing,
    undrain: nothing,
    linger: nothing,
    ...words,
  })

  it('measures from the readiness to the weights', async () => {
    const observer = start()
    const scale = async () => {
      observer.sawSlice('MODIFIED', slice(), 100)
      observer.sawRoute('MODIFIED', split(0, 1), 104)
    }
    const verdict = await playStep(step, stageOf(observer, { scale }))
    expect(verdict).toEqual({ happened: true, reactionMs: 4 })
  })

  it('says what was seen when nothing happens', async () => {
    const verdict = await playStep(step, stageOf(start()))
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
    expect(await playStep(step, stageOf(observer, { scale, linger }))).toMatchObject({ happened: false })
  })

  const flapping = (moves: number): Step => ({
    ...step,
    change: { kind: 'flap', deployment: 'a', times: 2 },
    weights: { a: 1, b: 0 },
    moves,
  })
  /** What a cluster does whose traffic follows at once. */
  const follow = (observer: Observer) => async (_: string, replicas: number) => {
    const isUp = replicas > 0
    observer.sawSlice('MODIFIED', isUp ? slice(true) : slice(), 100)
    observer.sawRoute('MODIFIED', isUp ? split(1, 0) : split(0, 1), 101)
  }

  it('counts the moves of a backend that flaps', async () => {
    const observer = start()
    expect(await playStep(flapping(4), stageOf(observer, { scale: follow(observer) }))).toMatchObject({
      happened: true,
    })
  })

  it('is not content with fewer moves, or more', async () => {
    const observer = start()
    const verdict = await playStep(flapping(2), stageOf(observer, { scale: follow(observer) }))
    expect(verdict).toMatchObject({ happened: false, seen: expect.stringContaining('4 moves; expected 2') })
  })

  it('drains and ends a drain by what the weights are then', async () => {
    const observer = start()
    const drained: Step = { ...step, change: { kind: 'drain', cluster: 'Local' } }
    const drain = async () => observer.sawRoute('MODIFIED', split(0, 1), performance.now())
    expect(await playStep(drained, stageOf(observer, { drain }))).toMatchObject({ happened: true })
    const over: Step = { ...step, change: { kind: 'undrain' }, weights: { a: 1, b: 0 } }
    const undrain = async () => observer.sawRoute('MODIFIED', split(1, 0), performance.now())
    expect(await playStep(over, stageOf(observer, { undrain }))).toMatchObject({ happened: true })
  })
})
