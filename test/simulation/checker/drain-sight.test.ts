import { beforeEach, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../sandbox/server.ts'
import { epoch, Process } from '../engine/process.ts'
import { Scheduler } from '../engine/scheduler.ts'
import { Timeline } from '../network/timeline.ts'
import { serviceOf } from '../story/objects.ts'
import { DrainSight } from './drain-sight.ts'
import { isUnsure, knownOf } from './drained.ts'
import type { Split } from './table.ts'
import { View } from './view.ts'

const hour = 3_600_000
const split: Split = {
  backends: [
    { id: 'web', service: 'shop/web', called: 'shop/web', weight: 1, absent: false, primary: true },
    { id: 'east', service: 'shop/east', called: 'shop/east', weight: 0, absent: false, primary: false },
  ],
  paused: false,
  broken: false,
  limit: 1,
}

let sight: DrainSight
let process: Process
let scheduler: Scheduler
/** Up to where the process knows all. */
let known: number | undefined
beforeEach(() => {
  sight = new DrainSight('mesh')
  scheduler = new Scheduler()
  process = new Process('a', 1, 0, scheduler)
  known = undefined
  sight.facts.serve(true, 1, 0)
  for (const name of ['web', 'east']) sight.clusters.change(`shop/${name}`, serviceOf(name, {}), 1)
  knows(1, 0)
  sight.view(process).opened(0)
  lookUp(200)
})

/** Asks which kinds there are. */
function lookUp(status: number): void {
  sight.lookUps.sent(process, 0)
  sight.lookUps.answered(process, status, 0)
}

function change(key: string, moment: number, at: number, spec?: object): void {
  const [namespace = '', name = ''] = key.split('/')
  const until = new Date(epoch + hour).toISOString()
  const whole = { from: [{ service: { name: 'web', namespace: 'shop' } }], until, reason: 'x', ...spec }
  const object: KubeObject = {
    apiVersion: '',
    kind: 'Drain',
    metadata: { namespace, name, uid: `${moment}` },
    spec: JSON.parse(JSON.stringify(whole)),
  }
  sight.facts.change(key, spec && object, moment, at)
}

function knows(moment: number, at: number): void {
  known = moment
  sight.view(process).knows(moment, at)
}

/** What may be drained of web, to a write that leaves at a time and a moment. */
function possible(at: number, moment: number): string[] {
  const mark = (of: number) => new Timeline(0).markOf(of)
  const view = new View(known === undefined ? [] : [['drains', mark(known)]])
  view.listed('services', mark(1))
  const far = { knowledge: [], moment: 0, gateway: [] }
  const request = { method: 'PATCH', path: '' } as const
  const sent = { process, request, resource: '', at, moment, timeline: new Timeline(0), view, far }
  const states = sight
    .seenBy(sent)
    .possible(split, 'shop')
    .map((drains) => {
      const of = drains === 'unknown' ? drains : (knownOf(drains)?.[0] ?? 'no')
      return drains !== 'unknown' && isUnsure(drains) ? `${of}, unsure` : of
    })
  return states.sort()
}

describe('a Drain', () => {
  it('may be known from its beginning on, and is once it was read', () => {
    change('mesh/web', 10, 1_000, {})
    expect(possible(2_000, 12)).toEqual(['Allow', 'no'])
    knows(10, 2_000)
    expect(possible(3_000, 12)).toEqual(['Allow'])
  })

  it('of the namespace of a route is for its routes, and of another one for none of them', () => {
    change('depot/web', 10, 1_000, {})
    knows(10, 1_000)
    expect(possible(3_000, 10)).toEqual(['no'])
    change('shop/local', 11, 1_000, { from: [{ cluster: 'Local' }], lastResort: 'Never' })
    knows(11, 1_000)
    expect(possible(3_000, 11)).toEqual(['Never'])
  })

  it('that makes no sense takes nothing out', () => {
    change('mesh/web', 10, 1_000, { until: undefined })
    change('mesh/both', 11, 1_000, { from: [{ cluster: 'Local', service: { name: 'web' } }] })
    knows(11, 1_000)
    expect(possible(3_000, 11)).toEqual(['no'])
  })

  it('ends by the time of day of the process', () => {
    change('mesh/web', 10, 1_000, {})
    knows(10, 1_000)
    process.jump(1_000)
    expect(possible(hour - 1_010, 10)).toEqual(['Allow'])
    expect(possible(hour - 990, 10)).toEqual(['no'])
  })

  it('may be over, or not, for a minute after the clock was set', () => {
    change('mesh/web', 10, 1_000, {})
    knows(10, 1_000)
    process.jump(2 * hour)
    expect(possible(59_000, 10)).toEqual(['Allow', 'no'])
    expect(possible(61_000, 10)).toEqual(['no'])
  })
})

describe('a Drain that was deleted', () => {
  beforeEach(() => {
    change('mesh/web', 10, 1_000, { lastResort: 'Never' })
    knows(10, 1_000)
    change('mesh/web', 20, 100_000)
  })

  it('keeps traffic away for 10 s more, then it is over', () => {
    knows(20, 101_000)
    expect(possible(109_000, 20)).toEqual(['Allow'])
    expect(possible(110_500, 20)).toEqual(['Allow', 'no'])
    expect(possible(111_500, 20)).toEqual(['no'])
  })

  it('stays without a watch', () => {
    knows(20, 101_000)
    sight.view(process).left(102_000)
    expect(possible(500_000, 20)).toEqual(['Allow', 'no'])
  })

  it('stays if the kind went with it', () => {
    sight.facts.serve(false, 21, 100_000)
    knows(20, 101_000)
    sight.view(process).left(102_000)
    expect(possible(500_000, 21)).toEqual(['Allow'])
    expect(possible(hour + 10, 21)).toEqual(['no'])
  })

  it('may be forgotten once it has ended, although the clock was set back then', async () => {
    sight.facts.serve(false, 21, 100_000)
    knows(20, 101_000)
    sight.view(process).left(102_000)
    await scheduler.run(hour + 60_000, () => false)
    process.jump(-hour)
    expect(possible(hour + 200_000, 21)).toEqual(['Allow', 'no'])
  })

  it('may keep traffic away for 10 s from when that was learnt, however late', () => {
    sight.view(process).left(110_000)
    knows(20, 200_000)
    sight.view(process).opened(200_000)
    expect(possible(209_000, 20)).toEqual(['Allow', 'no'])
    expect(possible(210_500, 20)).toEqual(['no'])
  })

  it('is none of one who was born later', () => {
    process = new Process('a', 2, 20, new Scheduler())
    lookUp(200)
    knows(20, 101_000)
    expect(possible(102_000, 20)).toEqual(['no'])
  })
})

it('before it has read any, a process knows nothing of Drains, unless their kind was not served', () => {
  process = new Process('a', 2, 2, new Scheduler())
  lookUp(200)
  known = undefined
  expect(possible(1_000, 5)).toEqual(['unknown'])
  sight.facts.serve(false, 6, 2_000)
  expect(possible(3_000, 7)).toEqual(['no', 'unknown'])
})

it('before it has looked up every kind, a process may not know what policies ask for', () => {
  change('mesh/web', 10, 1_000, {})
  knows(10, 1_001)
  lookUp(500)
  expect(possible(2_000, 10)).toEqual(['Allow', 'Allow, unsure'])
  expect(possible(60_000, 10)).toEqual(['Allow'])
})

it('a process knows that there are no Drains once it has looked up every kind, if theirs was not served', () => {
  sight.facts.serve(false, 2, 500)
  process = new Process('a', 2, 3, new Scheduler())
  known = undefined
  expect(possible(1_000, 5)).toEqual(['no', 'no, unsure', 'unknown'])
  lookUp(200)
  expect(possible(1_000, 5)).toEqual(['no'])
  sight.facts.serve(true, 6, 1_500)
  expect(possible(2_000, 6)).toEqual(['no', 'unknown'])
})
