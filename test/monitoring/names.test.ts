import { readdirSync, readFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import { describe, expect, it, test } from 'vitest'
import { alerts, anchorOf } from '../../src/install/objects/alert-rules.ts'
import { grafanaDashboard } from '../../src/install/objects/grafana.ts'
import { FakeTransport } from '../../src/kube/testing/fake-transport.ts'
import { createManualClock } from '../../src/kube/testing/manual-clock.ts'
import { createMemoryLog } from '../../src/kube/testing/memory-log.ts'
import { createNotifier } from '../../src/notify/notifier.ts'
import { startOperator } from '../../src/operator/operator.ts'

const registry = new Registry()
const tools = {
  clock: createManualClock(),
  random: () => 0.5,
  log: createMemoryLog(),
  instance: 'a',
  registry,
}
const serviceProfiles = { clusterDomain: 'cluster.local' }
startOperator({ ...tools, transport: new FakeTransport(), selector: 'controlled', serviceProfiles })
createNotifier({ ...tools, receivers: [], post: () => new Promise(() => {}) })
const known = registry.getMetricsAsArray().map(({ name }) => name)
/** A page of docs/operating. */
const page = (name: string) => readFileSync(new URL(`../../docs/operating/${name}`, import.meta.url), 'utf8')

/** The names of our metrics in a query, without what a histogram adds to them. */
const namesIn = (query: string) =>
  [...query.matchAll(/linkerd_failover_\w+/g)].map(([name]) => name.replace(/_(bucket|count|sum)$/, ''))

describe.each(alerts)('$alert', (alert) => {
  it('asks for series that the operator has', () => {
    expect(namesIn(alert.expr).length).toBeGreaterThan(0)
    expect(known).toEqual(expect.arrayContaining(namesIn(alert.expr)))
  })

  it('has its runbook in docs/operating/metrics.md', () => {
    const headings = [...page('metrics.md').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading.toLowerCase(),
    )
    expect(headings).toContain(anchorOf(alert))
  })
})

test('the dashboard asks for series that the operator has', () => {
  const queries = grafanaDashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  expect(queries.length).toBeGreaterThan(10)
  const asked = queries.flatMap(namesIn)
  expect(asked.filter((name) => !known.includes(name))).toEqual([])
})

test('docs/operating/metrics.md says what every metric of the operator means', () => {
  const metrics = page('metrics.md')
  expect(known.filter((name) => !metrics.includes(`\`${name}\``))).toEqual([])
})

/** What the rows of a page's tables begin with. */
const firstCells = (name: string) => [...page(name).matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = '']) => cell)

test('docs/operating/events.md says what to do for every reason of an Event', () => {
  const of = (folder: string) => {
    const place = new URL(`../../src/${folder}/`, import.meta.url)
    const files = readdirSync(place).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    return files.map((file) => readFileSync(new URL(file, place), 'utf8'))
  }
  const diagnosis = readFileSync(new URL('../../src/routes/diagnosis.ts', import.meta.url), 'utf8')
  const sources = [...of('controller/report'), ...of('controller/profiles'), diagnosis]
  const reasons = sources.flatMap((text) =>
    [...text.matchAll(/reason: '(\w+)'|this\.#report\((?:drain|'\w+'), '(\w+)'|^ {2}\['(\w+)'/gm)].map(
      ([, ...found]) => found.find((name) => name !== undefined),
    ),
  )
  expect(reasons).toEqual(
    expect.arrayContaining([
      'Misconfigured',
      'Failover',
      'ReturnWaits',
      'FailoverWaits',
      'DrainEnded',
      'ReturnApproved',
      'WouldFailover',
      'MassEventOver',
      'MissingService',
    ]),
  )
  const explained = firstCells('events.md')
  expect(reasons.filter((reason) => !explained.some((cell) => cell.includes(`\`${reason}\``)))).toEqual([])
})

test('docs/operating/OPERATIONS.md explains every flag', () => {
  const source = readFileSync(new URL('../../src/operator/settings.ts', import.meta.url), 'utf8')
  const flags = [...source.matchAll(/[oO]ption\(\s*'(?:-\w, )?(--[a-z-]+)/g)].map(([, flag = '']) => flag)
  expect(flags).toEqual(expect.arrayContaining(['--log-level', '--notifications', '--selector']))
  const explained = firstCells('OPERATIONS.md')
  expect(flags.filter((flag) => !explained.some((cell) => cell.includes(`\`${flag}\``)))).toEqual([])
})
