import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { released } from '../control-plane/definitions.ts'
import { eventually } from '../e2e/eventually.ts'
import { at, oldSplits, split, type Weights } from '../e2e/objects.ts'
import { type Operator, startOperator } from '../e2e/operator.ts'
import { type Stage, setStage } from './stage.ts'

/** The routes that `migrate` prints, taken to the released definitions of the Gateway API by the real kubectl. */
let stage: Stage
let operator: Operator

const kinds = [
  { kind: 'HTTPRoute', plural: 'httproutes' },
  { kind: 'GRPCRoute', plural: 'grpcroutes' },
] as const

/** Ports by Service. */
const services = { web: [80], east: [80], west: [80], api: [80, 9090], 'api-east': [80, 9090], half: [80] }

/** TrafficSplits, and the routes that are to come of each. */
const originals: readonly { name: string; weights: Weights; primary?: string; routes: readonly string[] }[] =
  [
    { name: 'web', weights: { web: 100, east: 0, west: 0 }, routes: ['web'] },
    { name: 'api', weights: { 'api-east': 0, api: 1 }, primary: 'api', routes: ['api-80', 'api-9090'] },
    { name: 'half', weights: { half: '500m', east: 0, west: '1500m' }, routes: ['half'] },
  ]

beforeAll(async () => {
  stage = await setStage()
  const { api } = stage.controlPlane
  await stage.controlPlane.installCrd()
  await stage.controlPlane.install(...kinds.map(({ plural }) => released('standard', plural)))
  for (const [name, ports] of Object.entries(services)) {
    const named = ports.map((port) => ({ name: `port-${port}`, port }))
    await stage.cluster.addService(name, 1, 1, named)
  }
  for (const { name, weights, primary } of originals) {
    const annotations = primary ? { 'failover.linkerd.io/primary-service': primary } : {}
    // The older version, since quantities such as 500m are written in it.
    const object = split(name, weights, { version: oldSplits, annotations })
    await api.create(at(oldSplits, 'trafficsplits'), object)
  }
})
afterAll(async () => {
  await operator?.kill()
  await stage?.stop()
})

describe.each(kinds)('the output of migrate --kind $kind', ({ kind, plural }) => {
  const kubectl = (args: string, input: string) => stage.controlPlane.kubectl(args.split(' '), input)
  const names = originals.flatMap(({ routes }) => routes).sort()
  const created = (text: string) =>
    [...text.matchAll(/^\w+\.gateway\.networking\.k8s\.io\/(\S+) created/gm)].map(([, name]) => name).sort()

  it('does what the TrafficSplits do, by its own comparison', async () => {
    const { code, stdout, stderr } = await stage.cli(`migrate --check --kind ${kind}`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^3 TrafficSplits, 4 routes, .*: 0 differences, 0 problems$/m)
  })

  it('is taken by the API server without a warning, on trial and for real', async () => {
    const { code, stdout: routes, stderr } = await stage.cli(`migrate --kind ${kind}`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const trial = await kubectl('apply --dry-run=server -f -', routes)
    expect({ code: trial.code, stderr: trial.stderr }).toEqual({ code: 0, stderr: '' })
    expect(created(trial.stdout)).toEqual(names)
    expect((await kubectl(`get ${plural} -o name`, '')).stdout).toBe('')

    const real = await kubectl('apply -f -', routes)
    expect({ code: real.code, stderr: real.stderr }).toEqual({ code: 0, stderr: '' })
    expect(created(real.stdout)).toEqual(names)
    // Nothing is left to do: what the server has made of it is what was printed.
    expect(await kubectl('diff -f -', routes)).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('is taken as the JSON that it can be printed as, too', async () => {
    const { stdout } = await stage.cli(`migrate --kind ${kind} -o json`)
    const { code, stderr } = await kubectl('apply --dry-run=server -f -', stdout)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

const stored = z.object({
  spec: z.object({
    rules: z.tuple([z.object({ backendRefs: z.array(z.object({ name: z.string(), weight: z.number() })) })]),
  }),
})

describe('the routes, followed by the operator beside their TrafficSplits', () => {
  /** Shares in percent by Service. */
  const shares = (weights: Weights) => {
    const numbers = Object.entries(weights).map(([name, weight]) => [name, inUnits(weight)] as const)
    const sum = numbers.reduce((total, [, weight]) => total + weight, 0)
    return Object.fromEntries(numbers.map(([name, weight]) => [name, Math.round((weight / sum) * 100)]))
  }
  const inUnits = (weight: number | string): number =>
    typeof weight === 'string' && weight.endsWith('m') ? Number(weight.slice(0, -1)) / 1000 : Number(weight)
  const read = async (plural: string, name: string): Promise<Weights> => {
    const { spec } = await stage.controlPlane.api.get(
      at('gateway.networking.k8s.io/v1', plural, name),
      stored,
    )
    return Object.fromEntries(spec.rules[0].backendRefs.map(({ name, weight }) => [name, weight]))
  }
  /** Resolves when every split, and every route that was made of it, shares the traffic like this. */
  const allBecome = (expected: Readonly<Record<string, Readonly<Record<string, number>>>>) =>
    eventually(async () => {
      for (const { name, routes } of originals) {
        const weights = await stage.cluster.weights(name)
        expect(shares(weights), `trafficsplits ${name}`).toEqual(expected[name])
        for (const { plural } of kinds) {
          for (const route of routes) {
            expect(shares(await read(plural, route)), `${plural} ${route}`).toEqual(expected[name])
          }
        }
      }
    }, 60_000)

  const primaries = {
    web: { web: 100, east: 0, west: 0 },
    api: { api: 100, 'api-east': 0 },
    half: { half: 100, east: 0, west: 0 },
  }

  it('fail over, share, and come back as they do', async () => {
    operator = startOperator(await stage.controlPlane.operatorKubeconfig())
    await operator.ready()
    await allBecome(primaries)
    for (const primary of ['web', 'api', 'half']) await stage.cluster.setReady(primary, 0)
    await allBecome({
      web: { web: 0, east: 50, west: 50 },
      api: { api: 0, 'api-east': 100 },
      half: { half: 0, east: 50, west: 50 },
    })
    await stage.cluster.setReady('west', 0)
    await allBecome({
      web: { web: 0, east: 100, west: 0 },
      api: { api: 0, 'api-east': 100 },
      half: { half: 0, east: 100, west: 0 },
    })
    for (const primary of ['web', 'api', 'half']) await stage.cluster.setReady(primary, 1)
    await allBecome(primaries)
    expect(await read('httproutes', 'web')).toEqual({ web: 100, east: 0, west: 0 })
    expect(await read('grpcroutes', 'api-9090')).toEqual({ 'api-east': 0, api: 1 })
  })
})
