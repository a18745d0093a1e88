import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { name as operatorName } from '../../src/install/manifest.ts'
import { targets } from '../../src/policies/testing/policy-objects.ts'
import { eventually } from '../e2e/eventually.ts'
import type { Operator } from '../e2e/operator.ts'
import { type Stage, setStage } from './stage.ts'

/** Returns that a person approves, against a real API server with the real operator and the real command line. */
let stage: Stage
let operator: Operator
const start = () => stage.operator(['--policies', operatorName])

beforeAll(async () => {
  stage = await setStage()
  await stage.controlPlane.installCrd()
  await stage.install('--set policies.enabled=true')
  await stage.kubectl('wait --for=condition=Established crd/failoverpolicies.failover.linkerd.io')
  operator = await start()
})
afterAll(async () => {
  await stage?.stop()
})

let count = 0
let web: string
beforeEach(async () => {
  count += 1
  web = `web${count}`
  await stage.cluster.addService(web, 1)
  await stage.cluster.addService(`${web}-b`, 1)
  await stage.cluster.addSplit(web, { [web]: 100, [`${web}-b`]: 0 })
})

const policyOf = (targetRefs: readonly object[]) =>
  stringify({
    apiVersion: 'failover.linkerd.io/v1alpha1',
    kind: 'FailoverPolicy',
    metadata: { name: web, namespace: 'default' },
    spec: { targetRefs, failback: { mode: 'Manual' } },
  })
const apply = () => stage.kubectl('apply -f -', policyOf([targets.split(web)]))
const home = () => stage.cluster.weightsBecome(web, { [web]: 100, [`${web}-b`]: 0 })
const away = () => stage.cluster.weightsBecome(web, { [web]: 0, [`${web}-b`]: 100 })
/** As a tool for git does that knows only what is in git. */
const applyFromGit = () => {
  const backends = [
    { service: web, weight: 100 },
    { service: `${web}-b`, weight: 0 },
  ]
  return stage.kubectl(`patch ts ${web} --type merge -p ${JSON.stringify({ spec: { backends } })}`)
}
const inStatus = (field: string) =>
  stage.kubectl(`get fopolicy ${web} -o jsonpath={.status.ancestors[0].splits[0].${field}}`)
const awaits = () => eventually(async () => expect((await inStatus('waits')).trim()).toBe('approval'))
const notes = async (reason: string) =>
  (await stage.cluster.events({ split: web, reason })).map(({ note }) => note)

/** The primary was lost, and could serve again. */
async function loseAndRegain(): Promise<void> {
  await stage.cluster.setReady(web, 0)
  await away()
  await stage.cluster.setReady(web, 1)
  await awaits()
}

it('is for routes alone', async () => {
  const answer = await stage.controlPlane.kubectl(
    ['create', '--dry-run=server', '-f', '-'],
    policyOf([targets.split(web), targets.service(web)]),
  )
  expect(answer.code).not.toBe(0)
  expect(answer.stderr).toContain('every target must be a route')
})

it('a lost tier stays away until its return is approved, whatever git and a restart do', async () => {
  await apply()
  await eventually(async () => expect((await inStatus('tier')).trim()).toBe('1'))
  await loseAndRegain()
  const lostTime = await inStatus('lostTime')
  expect(Date.parse(lostTime)).toBeGreaterThan(Date.now() - 120_000)
  await applyFromGit()
  await away()

  await operator.stop()
  await applyFromGit()
  operator = await start()
  await away()
  await awaits()
  expect(await inStatus('lostTime')).toBe(lostTime)
  expect(await notes('ReturnWaits')).toEqual([
    expect.stringContaining(`run linkerd-failover return trafficsplit/${web} -n default`),
  ])

  expect((await stage.cli('status -n default')).stdout).toMatch(new RegExp(`${web} if approved`))
  expect(await stage.cli(`return ts/${web}`)).toMatchObject({ code: 64 })
  const approved = await stage.cli(`return ts/${web} --yes`)
  expect(approved).toMatchObject({ code: 0, stderr: '' })
  expect(approved.stdout).toMatch(new RegExp(`${web} +fails back +${web}-b +${web} `))
  await home()
  await eventually(async () => expect(await notes('ReturnApproved')).toHaveLength(1))

  await loseAndRegain()
  await stage.cluster.fence()
  await away()
})

it('a move that is needed asks nobody, and the command says that nothing waits', async () => {
  await apply()
  await loseAndRegain()
  await stage.cluster.setReady(`${web}-b`, 0)
  await home()
  const { code, stderr } = await stage.cli(`return ts/${web} --yes`)
  expect(code).toBe(1)
  expect(stderr).toContain(`nothing of TrafficSplit default/${web} waits for approval`)
})

it('a policy that is deleted and created again moves nothing, and still knows of the loss', async () => {
  await apply()
  await loseAndRegain()
  const lostTime = await inStatus('lostTime')
  await stage.kubectl(`delete fopolicy ${web}`)
  await apply()
  await awaits()
  expect(await inStatus('lostTime')).toBe(lostTime)
  await new Promise((resolve) => setTimeout(resolve, 11_000))
  await stage.cluster.fence()
  await away()
  expect(await inStatus('lostTime')).toBe(lostTime)
})
