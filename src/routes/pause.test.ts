import { describe, expect, it, test } from 'vitest'
import { judgeSplit } from '../core/judge.ts'
import { readinessOf } from '../core/types.ts'
import { gatewayCodecs } from './gateway.ts'
import { ignoredPause, readPause } from './pause.ts'
import { ref, routeObject } from './testing/gateway-objects.ts'
import { trafficSplit } from './trafficsplit.ts'

const annotationsOf = (some: Record<string, string>) =>
  Object.fromEntries(Object.entries(some).map(([key, value]) => [`failover.linkerd.io/${key}`, value]))

/** Its primary is lost, so only a pause keeps its weights. */
const splitWith = (annotations: Record<string, string>) => {
  const [split] = trafficSplit.read({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    metadata: { namespace: 'shop', name: 'web', annotations: annotationsOf(annotations) },
    spec: {
      service: 'web',
      backends: [
        { service: 'web', weight: 1 },
        { service: 'east', weight: 0 },
      ],
    },
  }).splits
  if (!split) throw new Error('a TrafficSplit has one split')
  return split
}

const end = '2026-12-01T06:00:00Z'
const at = Date.parse(end)
const judgeAt = (annotations: Record<string, string>, today?: number) =>
  judgeSplit(splitWith(annotations), ({ service }) => readinessOf(service === 'shop/web' ? 0 : 1, 1), {
    today,
  })

describe('a pause with an end', () => {
  const paused = { paused: 'true', 'paused-until': end }

  it('holds until then, and not from then on', () => {
    expect(judgeAt(paused, at - 1)).toMatchObject({ decision: { rule: 'Paused' }, plan: [] })
    expect(judgeAt(paused, at)).toMatchObject({ decision: { rule: 'SecondariesReady' } })
    expect(judgeAt(paused, at).plan).not.toEqual([])
  })

  it('lasts for who does not know the time', () =>
    expect(judgeAt(paused)).toMatchObject({ decision: { rule: 'Paused' } }))

  it.each(['2026-12-01T08:00:00+02:00', ' 2026-12-01T06:00:00.000Z ', '2026-12-01T06:00:00Z'])('%j', (text) =>
    expect(readPause(annotationsOf({ ...paused, 'paused-until': text })).pause?.until).toBe(at),
  )

  it.each(['', 'tomorrow', '1h', '2026-12-01', '2026-13-01T06:00:00Z', '1764568800'])(
    'has none if that is %j, and a finding says so',
    (text) => {
      const annotations = annotationsOf({ ...paused, 'paused-until': text })
      expect(readPause(annotations)).toEqual({ paused: true })
      expect(judgeAt({ ...paused, 'paused-until': text }, at + 1e12).plan).toEqual([])
      expect(ignoredPause(annotations).map(({ message }) => message)).toEqual([
        `annotation failover.linkerd.io/paused-until is "${text}" and is ignored, so the pause has no end; write a time such as 2026-12-01T06:00:00Z`,
      ])
    },
  )

  it('is none without the annotation that pauses', () => {
    const only = annotationsOf({ 'paused-until': 'tomorrow', 'paused-by': 'ann' })
    expect(readPause(only)).toEqual({ paused: false })
    expect(ignoredPause(only)).toEqual([])
  })

  it('is the same for each rule of a Gateway API route', () => {
    const [http] = gatewayCodecs
    const rules = [
      [ref('web', 1), ref('east', 0)],
      [ref('api', 1), ref('west', 0)],
    ]
    const read = http?.read(routeObject(http, rules, { annotations: annotationsOf(paused) }))
    expect(read?.splits.map(({ paused, pause }) => [paused, pause?.until])).toEqual([
      [true, at],
      [true, at],
    ])
  })
})

describe('the sentence', () => {
  test.each([
    [{}, 'paused by its annotation'],
    [{ 'paused-until': end }, `paused by its annotation until ${end}`],
    [{ 'paused-by': 'ann', 'paused-reason': 'CHG-1234' }, 'paused by ann: CHG-1234'],
    [
      { 'paused-until': end, 'paused-by': 'ann', 'paused-reason': 'CHG-1234' },
      `paused by ann until ${end}: CHG-1234`,
    ],
    [{ 'paused-by': ' ', 'paused-reason': 'a\nb\u001b[2J' }, 'paused by its annotation: a b [2J'],
    [{ 'paused-reason': 'x'.repeat(10_000) }, `paused by its annotation: ${'x'.repeat(256)}…`],
  ])('of %.60j', (details, sentence) =>
    expect(judgeAt({ paused: 'true', ...details }, at - 1).reason).toBe(sentence),
  )
})
