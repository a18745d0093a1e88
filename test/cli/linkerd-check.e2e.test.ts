import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { eventually } from '../e2e/eventually.ts'
import type { Operator } from '../e2e/operator.ts'
import { type Stage, setStage } from './stage.ts'

/** The real `linkerd check`, which finds our command line on its PATH. */
let stage: Stage
let operator: Operator

const output = z.object({
  success: z.boolean(),
  categories: z.array(
    z.object({
      categoryName: z.string(),
      checks: z.array(
        z.object({
          description: z.string(),
          result: z.enum(['success', 'warning', 'error']),
          error: z.string().optional(),
          hint: z.string().optional(),
        }),
      ),
    }),
  ),
})

/**
 * Our categories, from `linkerd check -o json`, which prints one JSON object for itself and one for each
 * extension. The checks of Linkerd's own core need a whole control plane, and fail here.
 */
async function ours(flags = '') {
  const { stdout } = await stage.linkerd(`check --wait=1s -o json ${flags}`)
  const objects = stdout.split(/^(?=\{$)/m).map((text) => output.parse(JSON.parse(text)))
  const found = objects.find(({ categories }) => categories[0]?.categoryName === 'linkerd-failover')
  if (!found) throw new Error(`linkerd check did not run our checks:\n${stdout}`)
  return found
}

/** What does not pass in our categories: `result description: error`. */
async function faults(): Promise<string[]> {
  const { categories } = await ours()
  return categories.flatMap(({ checks }) =>
    checks
      .filter(({ result }) => result !== 'success')
      .map(({ result, description, error }) => `${result} ${description}: ${error}`),
  )
}

/** Our part of the table. */
async function table(): Promise<string> {
  const { stdout } = await stage.linkerd('check --wait=1s')
  return stdout.slice(stdout.indexOf('linkerd-failover\n'))
}

beforeAll(async () => {
  stage = await setStage()
})
afterAll(() => stage?.stop())

it('is run although nothing is installed, and names what is missing', async () => {
  expect(await faults()).toEqual([
    expect.stringMatching(/^error the cluster serves a kind of route: no CRD of a route is installed/),
    expect.stringMatching(/^error the namespace of the extension exists: it does not exist/),
    expect.stringMatching(/^error the operator is installed once: there is no Deployment/),
  ])
})

it('passes on a good cluster', async () => {
  await stage.controlPlane.installCrd()
  await stage.install()
  operator = await stage.operator()
  await stage.cluster.addService('web', 1)
  await stage.cluster.addService('web-b', 1)
  await stage.cluster.addSplit('web', { web: 1, 'web-b': 0 })
  await eventually(async () => expect(await faults()).toEqual([]))
  const { success, categories } = await ours()
  expect(success).toBe(true)
  expect(categories.map(({ categoryName }) => categoryName)).toEqual([
    'linkerd-failover',
    'linkerd-failover-routes',
  ])
  expect(categories.flatMap(({ checks }) => checks).length).toBeGreaterThan(15)
  const text = await table()
  expect(text).toContain('√ the operator has the permissions that it needs\n')
  expect(text).toContain('√ the API server accepts the weights that the operator writes\n')
  console.log(`linkerd check, our part:\n${text}`)
})

it('is asked by --proxy for the data plane too', async () => {
  const { categories } = await ours('--proxy')
  expect(categories.map(({ categoryName }) => categoryName)).toContain('linkerd-failover-data-plane')
})

it('names a Deployment that is down', async () => {
  await stage.setAvailable(0)
  const message = '0 of 1 replicas of linkerd-failover/linkerd-failover are available'
  expect(await faults()).toEqual([expect.stringContaining(`error the operator is available: ${message}`)])
  expect(await table()).toContain(`× the operator is available\n    ${message}`)
  await stage.setAvailable(1)
})

it('names a route that is misconfigured', async () => {
  const annotations = { 'failover.linkerd.io/primary-service': 'wbe' }
  await stage.cluster.addSplit('wrong', { web: 1, 'web-b': 0 }, { annotations })
  const message = 'TrafficSplit default/wrong: annotation failover.linkerd.io/primary-service is "wbe"'
  expect(await faults()).toEqual([expect.stringContaining(message)])
  expect(await table()).toContain(
    `× all controlled routes are configured correctly\n    1 is misconfigured:\n\t* ${message}`,
  )
  await stage.kubectl('delete trafficsplit wrong')
})

it('names permissions that the operator lacks', async () => {
  const rules = [{ op: 'remove', path: '/rules/2' }]
  await stage.kubectl(`patch clusterrole linkerd-failover --type=json -p ${JSON.stringify(rules)}`)
  await eventually(async () => {
    expect(await faults()).toEqual([
      expect.stringMatching(
        /^error the operator has the permissions that it needs: it may not:\n\t\* list trafficsplits.*\n.*watch.*\n.*patch/,
      ),
      expect.stringMatching(
        /^error the API server accepts the weights .*cannot patch resource "trafficsplits"/s,
      ),
    ])
  })
  await stage.install()
  await eventually(async () => expect(await faults()).toEqual([]))
})

it('names an admission policy that refuses the weights', async () => {
  await stage.kubectl('apply -f -', JSON.stringify(policy))
  await stage.kubectl('apply -f -', JSON.stringify(binding))
  await eventually(async () => {
    expect(await faults()).toEqual([
      expect.stringMatching(/^error the API server accepts the weights .*no weights on my watch/s),
    ])
  })
  await stage.kubectl('delete validatingadmissionpolicybinding,validatingadmissionpolicy --all')
  await eventually(async () => expect(await faults()).toEqual([]))
})

it('names a lease that nobody renews', async () => {
  await operator.stop()
  await stage.kubectl('-n linkerd-failover delete lease linkerd-failover')
  expect(await faults()).toEqual([
    expect.stringContaining(
      'error one replica is the leader and renews its lease: no replica holds the lease',
    ),
  ])
})

const name = 'no-weights'
const policy = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: ['split.smi-spec.io'],
          apiVersions: ['*'],
          operations: ['UPDATE'],
          resources: ['trafficsplits'],
        },
      ],
    },
    validations: [{ expression: 'false', message: 'no weights on my watch' }],
  },
}
const binding = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name },
  spec: { policyName: name, validationActions: ['Deny'] },
}
