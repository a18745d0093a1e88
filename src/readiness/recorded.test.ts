import { readdirSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { err, ok } from '../base/result.ts'
import { doubtOfLinks } from './gateways/link.ts'
import type { Ways } from './gateways/mirrors.ts'
import type { OtherClusters } from './remote/discovered.ts'
import { families, projectSlice } from './slice.ts'
import { createMemory, type Memory } from './testing/memory.ts'
import { lives, objectsOf, putAll, type Recorded, type Stage } from './testing/recorded.ts'

/** The linked clusters, as far as they are known. */
const linked = (now: () => Recorded): OtherClusters => ({
  isPending: () => false,
  slicesOf: (cluster, service) => {
    const objects = cluster === 'target' ? now().target : now().west
    if (!objects) return err(`cluster ${cluster} cannot be read`)
    const slices = objects.map(projectSlice).filter((slice) => slice.service === service)
    return ok(families.map((family) => slices.filter((slice) => slice.family === family)))
  },
})

/** The Link to the cluster `target`, unless it is deleted in a stage, and its gateway, unless it is dead. */
const linksOf = (stage: () => Pick<Stage, 'hasLink' | 'gateway'>): Ways => ({
  doubt: (service, cluster) =>
    doubtOfLinks(service, cluster, stage().hasLink ? [{ cluster: 'target' }] : []) ??
    (stage().gateway === 'dead' ? { state: 'down', ready: 0, total: 0 } : undefined),
})

function expectDecision(memory: Memory, { what, services }: Stage): void {
  for (const [name, { operator }] of Object.entries(services)) {
    const of = (called: { port?: number }) => memory.of(`shop/${name}`, called)
    for (const called of [{ port: 80 }, {}]) expect(of(called), `${what} ${name}`).toMatchObject(operator)
    expect(of({ port: 81 }).state, `${what} ${name} by another port`).not.toBe('ready')
  }
}

describe.each(lives)('$mode, as recorded beside Linkerd', ({ stages }) => {
  test.each(stages)('$what', (stage) => {
    const objects = objectsOf(stage)
    const memory = createMemory(undefined, { others: linked(() => objects), ways: linksOf(() => stage) })
    putAll(memory, objects.source)
    expectDecision(memory, stage)
  })

  it('is judged the same if its stages follow one another', () => {
    let now: Recorded = { source: [], target: [], west: [] }
    let current: Pick<Stage, 'hasLink' | 'gateway'> = { hasLink: true }
    const memory = createMemory(undefined, { others: linked(() => now), ways: linksOf(() => current) })
    const acts = stages.flatMap((stage) => stage.acts.map((act) => ({ act, stage })))
    for (const { stage } of acts.sort((a, b) => a.act - b.act)) {
      const next = objectsOf(stage)
      putAll(memory, next.source, now.source)
      now = next
      current = stage
      expectDecision(memory, stage)
    }
  })

  test.each(stages)('what the operator finds is the truth, or the reason is given: $what', ({ services }) => {
    for (const { truth, operator, because } of Object.values(services))
      expect(because !== undefined).toBe(operator.state !== truth)
  })
})

test('every recorded file is a stage', () => {
  const files = readdirSync(new URL('testing/multicluster', import.meta.url))
  const played = lives.flatMap(({ stages }) => stages.flatMap(({ objects }) => Object.values(objects)))
  expect([...new Set(played), 'stages'].map((name) => `${name}.yaml`).sort()).toEqual(files.sort())
})

test.each(lives)('$mode has a stage in each act', ({ stages }) => {
  const acts = (all: typeof stages) => all.flatMap((stage) => stage.acts).sort()
  expect(acts(stages)).toEqual([...new Set(acts(lives.flatMap((life) => life.stages)))])
})
