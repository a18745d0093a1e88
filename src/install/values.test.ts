import { describe, expect, it } from 'vitest'
import type { RawValues } from './coalesce.ts'
import { defaultValues } from './defaults.ts'
import { readValues } from './render.ts'

const problems = (values: RawValues) => {
  const read = readValues(values)
  return read.ok ? [] : read.error
}

/** The path of each value of a map, and of each map in it. */
const pathsOf = (values: object): string[][] =>
  Object.entries(values).flatMap(([key, value]) => {
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value)
    return [[key], ...(isMap ? pathsOf(value) : []).map((path) => [key, ...path])]
  })

const at = (path: readonly string[], value: unknown): RawValues =>
  path.reduceRight<RawValues>(
    (inner, key, index) => ({ [key]: index === path.length - 1 ? value : inner }),
    {},
  )

describe('values', () => {
  it('are the defaults where nothing is said', () => {
    expect(readValues({})).toEqual({ ok: true, value: defaultValues })
  })

  it('say all that is wrong at once, each with its path', () => {
    const wrong = { replicas: -1, image: { digest: 'latest', pullPolicy: 'Sometimes' }, logformat: 'json' }
    expect(problems(wrong)).toEqual([
      expect.stringMatching(/^image\.digest: expected sha256:/),
      expect.stringMatching(/^image\.pullPolicy: /),
      expect.stringMatching(/^replicas: /),
      expect.stringMatching(/^values: .*"logformat"/),
    ])
  })

  it.each([
    ['replicas', { replicas: 1.5 }],
    ['imagePullSecrets.0', { imagePullSecrets: ['login'] }],
    ['affinity', { affinity: 'none' }],
    ['tolerations.0', { tolerations: ['infra'] }],
    ['podMonitor.interval', { podMonitor: { interval: '30 seconds' } }],
    ['prometheusRule.runbooks', { prometheusRule: { runbooks: 'docs/operating/metrics.md' } }],
    ['podDisruptionBudget.maxUnavailable', { podDisruptionBudget: { maxUnavailable: 'half' } }],
    ['commonLabels.team', { commonLabels: { team: 5 } }],
    ['image.registry', { image: { registry: null } }],
    ['linkerdNamespace', { linkerdNamespace: '' }],
    ['multicluster.gatewayProbe.periodMs', { multicluster: { gatewayProbe: { periodMs: '500ms' } } }],
    ['multicluster.gatewayProbe.timeoutMs', { multicluster: { gatewayProbe: { timeoutMs: 500 } } }],
  ])('are refused at %s', (path, values) => {
    expect(problems(values)).toEqual([expect.stringMatching(new RegExp(`^${path}: `))])
  })

  it.each([
    [{ replicas: null }, 'replicas: must be a number; it has no value (null removes the default)'],
    [{ image: null }, 'image: must be a map; it has no value (null removes the default)'],
    [{ replicas: 'two' }, 'replicas: must be a number, not "two"'],
    [{ replicas: -1 }, 'replicas: must be at least 0, not -1'],
    [{ image: { tag: 3 } }, 'image.tag: must be a text, not 3; put it in quotes, or use --set-string'],
    [{ logFormat: 'xml' }, 'logFormat: must be one of plain, json, not "xml"'],
    [{ linkerdNamespace: '' }, 'linkerdNamespace: must be a text that is not empty, not ""'],
    [{ image: { nmae: 'x' } }, 'image: there is no value "nmae"'],
    [
      { leaderElection: { hedgeAfterMs: 70_000 } },
      'leaderElection.hedgeAfterMs: must be at most 60000, not 70000',
    ],
    [
      { resources: { limits: { cpu: true } } },
      expect.stringMatching(/^resources.limits.cpu: must be a text, not true/),
    ],
  ])('are refused in words that say what to write: %j', (values, sentence) => {
    expect(problems(values)).toEqual([sentence])
  })

  it('have no problem in the words of the schema library, whatever is put for one of them', () => {
    const paths = pathsOf(defaultValues)
    expect(paths.length).toBeGreaterThan(60)
    for (const path of paths)
      for (const odd of [null, 'odd', '', -1, 1.5, true, [], ['odd'], {}, { odd: 1 }])
        for (const problem of problems(at(path, odd))) {
          expect(problem).not.toMatch(/Invalid|Too (small|big)|Unrecognized|undefined|received/)
          expect(problem).toMatch(/^[\w.-]+: \S/)
        }
  })

  it.each([
    ['a selector of null, as the original had it', { selector: null }],
    ['a limit taken away', { resources: { limits: { cpu: null } } }],
    ['what Helm adds for a part of another chart', { global: { any: { thing: 1 } }, enabled: false }],
    ['no replica at all', { replicas: 0, leaderElection: { enabled: false } }],
  ])('may be %s', (_, values) => {
    expect(problems(values)).toEqual([])
  })

  it('do not let several replicas write side by side', () => {
    expect(problems({ replicas: 2, leaderElection: { enabled: false } })).toEqual([
      'replicas: 2 replicas need leaderElection.enabled, or all of them would write weights',
    ])
    expect(problems({ replicas: 1, leaderElection: { enabled: false } })).toEqual([])
  })
})
