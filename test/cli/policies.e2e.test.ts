import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { name as operatorName } from '../../src/install/manifest.ts'
import { type Stage, setStage } from './stage.ts'

/** Pauses and Drains by the command line, against a real API server with the real operator. */
let stage: Stage
/** Kubeconfigs of somebody who may edit the namespace `default`, and of one who may only read it. */
let editor: string
let reader: string

const reading = [
  { apiGroups: ['split.smi-spec.io'], resources: ['trafficsplits'], verbs: ['get', 'list'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
  { apiGroups: [''], resources: ['services', 'endpoints'], verbs: ['list'] },
  { apiGroups: ['failover.linkerd.io'], resources: ['drains', 'failoverpolicies'], verbs: ['get', 'list'] },
]
const editing = [
  { apiGroups: ['split.smi-spec.io'], resources: ['trafficsplits'], verbs: ['patch'] },
  { apiGroups: ['failover.linkerd.io'], resources: ['drains'], verbs: ['create', 'patch', 'delete'] },
]

beforeAll(async () => {
  stage = await setStage()
  await stage.controlPlane.installCrd()
  await stage.install('--set policies.enabled=true')
  await stage.kubectl('wait --for=condition=Established crd/drains.failover.linkerd.io')
  await stage.operator(['--policies', operatorName])
  editor = await stage.userWith('editor', [...reading, ...editing])
  reader = await stage.userWith('reader', reading)
})
afterAll(async () => {
  await stage?.stop()
})

let count = 0
/** The name of the split, and of its primary. */
let web: string
beforeEach(async () => {
  count += 1
  web = `web${count}`
  await stage.cluster.addService(web, 1)
  await stage.cluster.addService(`${web}-b`, 1)
  await stage.cluster.addSplit(web, { [web]: 100, [`${web}-b`]: 0 })
})
const onPrimary = () => stage.cluster.weightsBecome(web, { [web]: 100, [`${web}-b`]: 0 })
const away = () => stage.cluster.weightsBecome(web, { [web]: 0, [`${web}-b`]: 100 })

describe('pause --for', () => {
  it('keeps the operator away until then, and says who, why and until when', async () => {
    const pause = async (length: string) => {
      const { stdout } = await stage.cli(`pause ts/${web} --for ${length} --reason CHG-1`, editor)
      return /is paused until (\S+):/.exec(stdout)?.[1] ?? ''
    }
    const until = await pause('1h')
    await stage.cluster.setReady(web, 0)
    const { stdout } = await stage.cli('status')
    expect(stdout).toContain(`paused by system:serviceaccount:default:editor until ${until}: CHG-1`)
    const sooner = await pause('1s')
    await away()
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(sooner))
    expect((await stage.cli(`resume ts/${web}`, editor)).stdout).toContain('is resumed')
  })
})

describe('what-if --policy', () => {
  const text = (tier: string) => `
apiVersion: failover.linkerd.io/v1alpha1
kind: FailoverPolicy
metadata: { name: ${web}, namespace: default }
spec:
  targetRefs: [{ group: split.smi-spec.io, kind: TrafficSplit, name: ${web} }]
  tiers: [{ backends: [{ name: ${tier} }] }, { rest: {} }]
`
  const write = async (name: string, content: string) => {
    const file = join(await mkdtemp(join(tmpdir(), 'what-if-')), name)
    await writeFile(file, content)
    return file
  }

  it('foresees what the operator then does, by the rights of a reader', async () => {
    const file = await write('cart.yaml', text(`${web}-b`))
    const { code, stdout, stderr } = await stage.cli(`what-if --policy ${file} -n default`, reader)
    expect(code).toBe(0)
    expect(stderr).toContain('Drains and policies in linkerd-failover are taken to be for all routes')
    expect(stdout).toMatch(new RegExp(`^FailoverPolicy default/${web} .* yes +1 +new$`, 'm'))
    expect(stdout).toMatch(new RegExp(`${web} +moves +${web} +${web}-b `))
    await stage.kubectl(`apply -f ${file}`)
    await away()
    const back = await write('back.yaml', text(web))
    const { stdout: then } = await stage.cli(`what-if --policy ${back} -n default`, reader)
    expect(then).toMatch(new RegExp(`^FailoverPolicy default/${web} .* yes +1 +replaces the one `, 'm'))
    expect(then).toMatch(new RegExp(`${web} +moves +${web}-b +${web} `))
    await stage.kubectl(`delete -f ${file}`)
    await onPrimary()
  })

  it.each([
    ['a field that does not exist', 'tires: []'],
    ['a target twice', 'targetRefs: [T, T]'],
    ['a percentage alone', 'minReady: { percent: 50 }'],
    ['a wait of more than a day', 'failback: { after: 25h }'],
    ['a return by less', 'minReady: { count: 4 }\n  failback: { minReady: { count: 2 } }'],
    ['the rest before the last tier', 'tiers: [{ rest: {} }, { clusters: [east] }]'],
    ['a tier that is two things', 'tiers: [{ rest: {}, clusters: [east] }]'],
    ['a target of another kind', 'targetRefs: [{ group: apps, kind: Deployment, name: a }]'],
  ])('refuses what the API server refuses: %s', async (_, part) => {
    const target = '{ group: "", kind: Service, name: web }'
    const spec = part.replaceAll('T', target)
    const targets = spec.includes('targetRefs') ? '' : `targetRefs: [${target}]\n  `
    const head = 'apiVersion: failover.linkerd.io/v1alpha1\nkind: FailoverPolicy\nmetadata: { name: wrong }'
    const file = await write('wrong.yaml', `${head}\nspec:\n  ${targets}${spec}\n`)
    const { code, stderr } = await stage.cli(`what-if --policy ${file}`)
    expect(code, stderr).toBe(64)
    expect(stderr).toMatch(/wrong.yaml, FailoverPolicy default\/wrong: spec\S*: /)
    await expect(stage.kubectl(`create --dry-run=server -f ${file}`)).rejects.toThrow()
  })
})

describe('drain', () => {
  it('of a Service moves its traffic until the time is over', async () => {
    const line = `drain service/default/${web} --reason CHG-2`
    const refused = await stage.cli(`${line} --for 1h`)
    expect(refused).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('no terminal') })
    const { code, stdout, stderr } = await stage.cli(`${line} --for 1h --yes`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`${web} +fails over +${web} +${web}-b +default/${web} is drained by `))
    const what = `Drain ${operatorName}/default-${web} takes out service/default/${web} for all routes until `
    expect(stdout).toContain(what)
    await away()
    expect((await stage.cli(`${line} --for 1s --yes`)).code).toBe(0)
    await onPrimary()
  })

  it('is listed, can be moved, and ends with undrain', async () => {
    const line = `drain service/${web} -n default --reason CHG-3 --yes`
    expect(await stage.cli(`${line} --for 1h`, editor)).toMatchObject({ code: 0 })
    await away()
    expect(await stage.cli(`${line} --for 100h`, editor)).toMatchObject({ code: 0 })
    const key = `default/default-${web}`
    const { stdout } = await stage.cli('status')
    expect(stdout).toMatch(new RegExp(`${web} +drained +`))
    expect(stdout).toMatch(
      new RegExp(`${key} +service/default/${web} +routes of default +in \\d+d\\S* +CHG-3`),
    )
    expect((await stage.cli('check --wait=0')).stdout).toContain(`${key} lasts for more than 72 hours`)
    expect(await stage.cli(`undrain service/${web} -n default`, editor)).toMatchObject({ code: 0 })
    expect((await stage.cli('status')).stdout).not.toContain(key)
  })

  it('needs the right to create it, and says so', async () => {
    const { code, stderr } = await stage.cli(
      `drain service/${web} -n default --for 1h --reason CHG-4 --yes`,
      reader,
    )
    expect(code).toBe(69)
    expect(stderr).toMatch(
      /^linkerd-failover: POST \S+drains: answered 403: .*cannot create resource "drains"/m,
    )
    expect((await stage.cli(`what-if --drain service/${web} -n default`, reader)).code).toBe(0)
  })
})
