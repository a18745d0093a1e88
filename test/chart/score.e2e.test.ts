import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import type { RawValues } from '../../src/install/coalesce.ts'
import { binary } from '../programs/binaries.ts'
import { cases } from './cases.ts'
import { chart, type Helm, openHelm } from './helm.ts'

let helm: Helm

beforeAll(() => {
  helm = openHelm()
})
afterAll(() => helm.close())

/** kube-score's JSON: a grade of 1 is critical, 5 a warning, 10 well. */
const scores = z.array(
  z.object({
    object_name: z.string(),
    checks: z.array(
      z.object({
        check: z.object({ id: z.string() }),
        grade: z.number(),
        skipped: z.boolean(),
        comments: z.array(z.object({ summary: z.string() })).nullable(),
      }),
    ),
  }),
)

async function findings(values: RawValues) {
  const yaml = await helm.must(
    'template',
    'linkerd-failover',
    chart,
    '--namespace',
    'linkerd-failover',
    '--values',
    helm.valuesFile(values),
  )
  const args = ['score', '--kubernetes-version', 'v1.36', '--output-format', 'json', '-']
  const json = await new Promise<string>((resolve) => {
    const child = execFile(binary('kube-score'), args, (_, stdout) => resolve(stdout))
    child.stdin?.end(yaml)
  })
  const seen = scores.parse(JSON.parse(json))
  expect(seen.map(({ object_name }) => object_name).join(), 'it has looked at the Deployment').toContain(
    'Deployment',
  )
  return seen.flatMap(({ object_name: object, checks }) =>
    checks.map(({ check, grade, skipped, comments }) => ({
      object,
      id: check.id,
      grade,
      skipped,
      summaries: (comments ?? []).map(({ summary }) => summary),
    })),
  )
}

const readme = readFileSync(join(chart, 'README.md'), 'utf8')

it.each(['the defaults', 'high availability', 'notifications, with secrets in files'])(
  'kube-score finds nothing critical with %s, and the README answers what it warns of',
  async (name) => {
    const all = await findings(cases[name] ?? {})
    const unskipped = all.filter(({ skipped }) => !skipped)
    expect(unskipped.length).toBeGreaterThan(20)
    expect(unskipped.filter(({ grade }) => grade < 5)).toEqual([])
    for (const { id } of unskipped.filter(({ grade }) => grade < 10)) expect(readme).toContain(`\`${id}\``)
  },
)

it('says in the README why a check is ignored', async () => {
  const yaml = await helm.must('template', 'linkerd-failover', chart, '--namespace', 'linkerd-failover')
  const ignored = [...yaml.matchAll(/kube-score\/ignore: (.*)/g)].flatMap(([, ids = '']) => ids.split(/, ?/))
  expect(ignored).toEqual(['container-image-pull-policy', 'container-image-pull-policy'])
  for (const id of ignored) expect(readme).toContain(`\`${id}\``)
})
