import { describe, expect, it } from 'vitest'
import type { RawValues } from './coalesce.ts'
import { defaultValues } from './defaults.ts'
import { readValues } from './render.ts'

const problems = (values: RawValues) => {
  const read = readValues(values)
  return read.ok ? [] : read.error
}

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
