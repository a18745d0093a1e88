import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, test } from 'vitest'
import { stringify } from 'yaml'
import { alerts, ruleGroups } from '../../src/install/objects/alert-rules.ts'
import { faults, healthy } from './faults.ts'
import { promtool } from './promtool.ts'

const folder = mkdtempSync(join(tmpdir(), 'rules-'))
afterAll(() => rmSync(folder, { recursive: true }))

const runbooks = 'https://runbooks.example/metrics.md'
const rules = join(folder, 'rules.yaml')
writeFileSync(rules, stringify({ groups: ruleGroups(runbooks) }))

interface Expected {
  readonly eval_time: string
  readonly alertname: string
  readonly exp_alerts?: readonly object[]
}

/** Runs one unit test of promtool; answers with what it complains of. */
function complaints(name: string, series: Readonly<Record<string, string>>, expected: readonly Expected[]) {
  const file = join(folder, `${name}.yaml`)
  const input_series = Object.entries(series).map(([series, values]) => ({ series, values }))
  const unit = { interval: '1m', input_series, alert_rule_test: expected }
  writeFileSync(file, stringify({ rule_files: [rules], evaluation_interval: '1m', tests: [unit] }))
  const { status, output } = promtool('test', 'rules', file)
  return status === 0 ? '' : output
}

test('promtool finds the rules well formed', () => {
  const { status, output } = promtool('check', 'rules', rules)
  expect(status, output).toBe(0)
  expect(output).toContain(`${alerts.length} rules found`)
})

test('every alert has a fault that it is for', () =>
  expect(Object.keys(faults).sort()).toEqual(alerts.map(({ alert }) => alert).sort()))

describe.each(alerts)('$alert', ({ alert, severity, description }) => {
  const fault = faults[alert]

  it('is quiet while all is well', () => {
    const expected = ['5m', '70m', '170m'].map((eval_time) => ({ eval_time, alertname: alert }))
    expect(complaints(`${alert}-quiet`, healthy, expected)).toBe('')
  })

  it('fires when its fault has lasted, not before, and links to its runbook', () => {
    if (!fault) throw new Error(`${alert} has no fault`)
    const firing = {
      exp_labels: { severity, ...fault.labels },
      exp_annotations: {
        summary: fault.summary,
        description,
        runbook_url: `${runbooks}#${alert.toLowerCase()}`,
      },
    }
    const expected = [
      { eval_time: fault.quietAt, alertname: alert },
      { eval_time: fault.firesAt, alertname: alert, exp_alerts: [firing] },
    ]
    expect(complaints(`${alert}-fires`, { ...healthy, ...fault.series }, expected)).toBe('')
  })
})

test('one mass event is no slow operator: LinkerdFailoverReactionSlow stays quiet after it', () => {
  const bucket = (le: string) => `linkerd_failover_reaction_seconds_bucket{instance="a",le="${le}"}`
  // In the minutes 20 to 22 a thousand failovers, of which none was quick.
  const event = {
    [bucket('0.01')]: '0x180',
    [bucket('5')]: '0x20 500 1000x158',
    [bucket('+Inf')]: '0x20 500 1000x158',
  }
  const expected = Array.from({ length: 40 }, (_, minute) => ({
    eval_time: `${minute + 15}m`,
    alertname: 'LinkerdFailoverReactionSlow',
  }))
  expect(complaints('mass-event', { ...healthy, ...event }, expected)).toBe('')
})

test('promtool would complain of an alert that does not fire', () => {
  const alertname = 'LinkerdFailoverRouteDark'
  const expected = [{ eval_time: '30m', alertname, exp_alerts: [{ exp_labels: { severity: 'critical' } }] }]
  expect(complaints('wrong', healthy, expected)).toContain('FAILED')
})
