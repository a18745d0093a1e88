import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readValues, render, renderHooks } from '../../src/install/render.ts'
import { version } from '../../src/version.ts'
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
  const read = readValues([values])
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
  const read = readValues([values])
  expect(read.ok ? 'accepted' : read.error.join()).toContain(named)
})
