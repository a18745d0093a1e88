import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { version } from '../../src/base/version.ts'
import { readValues, render, renderHooks } from '../../src/install/render.ts'
import { parseSet } from '../../src/install/set-values.ts'
import { cases } from './cases.ts'
import { byIdentity, chart, type Helm, objectsOf, openHelm } from './helm.ts'

const kubernetes = ['1.29', '1.30', '1.31', '1.32', '1.33', '1.34', '1.35', '1.36']

let helm: Helm

beforeAll(() => {
  helm = openHelm()
})
afterAll(() => helm.close())

const template = async (
  values: unknown,
  { namespace = 'linkerd-failover', release = 'linkerd-failover' },
  minor: string,
) =>
  objectsOf(
    await helm.must(
      ...['template', release, chart, '--namespace', namespace],
      ...['--values', helm.valuesFile(values), '--kube-version', `${minor}.0`],
    ),
  )

function typed(
  values: Readonly<Record<string, unknown>>,
  { namespace = 'linkerd-failover', release = 'linkerd-failover' },
) {
  const read = readValues(values)
  if (!read.ok) throw new Error(read.error.join('\n'))
  const context = { namespace, release, version }
  return byIdentity([...render(read.value, context), ...renderHooks(read.value, context)])
}

it('passes helm lint, with no warning', async () => {
  for (const values of Object.values(cases)) {
    const { code, stdout } = await helm.run('lint', '--strict', chart, '--values', helm.valuesFile(values))
    expect(stdout).not.toMatch(/\[(WARNING|ERROR)\]/)
    expect(code).toBe(0)
  }
})

describe.each(Object.entries(cases))('%s', (_, values) => {
  it.each(kubernetes)('gives the same objects as the command line, on Kubernetes %s', async (minor) => {
    expect(await template(values, {}, minor)).toEqual(typed(values, {}))
  })
})

it('follows the namespace and the name of the release', async () => {
  const where = { namespace: 'mesh-tools', release: 'failover-east' }
  const objects = await template({ admissionPolicy: { enabled: true } }, where, '1.36')
  expect(objects).toEqual(typed({ admissionPolicy: { enabled: true } }, where))
  expect(JSON.stringify(objects.get('Deployment mesh-tools/linkerd-failover'))).toContain(
    '--selector=failover.linkerd.io/controlled-by=failover-east',
  )
})

it('has no Job if the namespace is labelled by hand, as the command line', async () => {
  const values = { namespaceMetadata: { enabled: false } }
  const objects = await template(values, {}, '1.36')
  expect(objects).toEqual(typed(values, {}))
  expect([...objects.keys()].filter((name) => name.startsWith('Job'))).toEqual([])
})

it.each([
  ['a value that it does not know', { replica: 2 }, 'replica'],
  ['a value of the wrong type', { replicas: 'two' }, 'replicas'],
  ['a digest that is none', { image: { digest: 'sha256:abc' } }, 'digest'],
  ['no secret name', { imagePullSecrets: ['login'] }, 'imagePullSecrets'],
  ['several replicas that would all write', { replicas: 2, leaderElection: { enabled: false } }, 'replicas'],
  ['a needed value taken away', { image: { registry: null } }, 'registry'],
])('refuses %s, as the command line does', async (_, values, named) => {
  const { code, stderr } = await helm.run('template', 'x', chart, '--values', helm.valuesFile(values))
  expect(code).not.toBe(0)
  expect(stderr).toContain(named)
  const read = readValues(values)
  expect(read.ok ? 'accepted' : read.error.join()).toContain(named)
})

describe('--set', () => {
  it.each([
    'replicas=2,a=-1,b=0,c=007,d=1.5,e=99999999999999999999',
    'a=true,b=false,c=null,d=True,e=',
    'image.tag=v1,image.name=x,a=b=c',
    'a={x,y,1},b={},c={x\\,y,z},d=x{y,e=z}',
    'a[1]=x,b[0].c=1,b[0].d=2,e[0][1]=x',
    'nodeSelector.kubernetes\\.io/os=linux,selector=team in (a\\,b)',
    'a=x\\\\y,b= two words ',
  ])('%s is read as helm reads it', async (text) => {
    const printer = join(mkdtempSync(join(tmpdir(), 'printer-')), 'chart')
    mkdirSync(join(printer, 'templates'), { recursive: true })
    writeFileSync(join(printer, 'Chart.yaml'), 'apiVersion: v2\nname: printer\nversion: 1.0.0\n')
    writeFileSync(join(printer, 'templates', 'values.yaml'), 'values: {{ .Values | toJson | quote }}\n')
    for (const [flag, typed] of [
      ['--set', true],
      ['--set-string', false],
    ] as const) {
      const printed = parse(await helm.must('template', 'x', printer, flag, text))
      const ours = parseSet(text, typed)
      expect(ours.ok ? ours.value : ours.error).toEqual(JSON.parse(printed.values))
    }
    rmSync(printer, { recursive: true })
  })
})
