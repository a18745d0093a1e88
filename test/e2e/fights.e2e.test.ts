import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Stage, setStage } from '../cli/stage.ts'
import { released } from '../control-plane/definitions.ts'
import { eventually } from './eventually.ts'
import { at, controlled, split, splits } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'

/** Somebody with the real kubectl applies the same weights again and again, while the operator fails over. */
let stage: Stage
let operator: Operator

beforeAll(async () => {
  stage = await setStage()
  await stage.controlPlane.installCrd()
  await stage.controlPlane.install(released('standard', 'httproutes'))
  operator = startOperator(await stage.controlPlane.operatorKubeconfig())
  await operator.ready()
})
afterAll(async () => {
  await operator?.kill()
  await stage?.stop()
})

const routes = 'gateway.networking.k8s.io/v1'
const weighted = z.array(z.object({ weight: z.number() }))

/** For each kind: a route with all weight on the primary, and how to read the weights. */
const kinds = {
  TrafficSplit: {
    manifest: (name: string): object => split(name, { [name]: 1, [`${name}-east`]: 0 }),
    weights: async (name: string) => {
      const schema = z.object({ spec: z.object({ backends: weighted }) })
      const { spec } = await stage.controlPlane.api.get(at(splits, 'trafficsplits', name), schema)
      return spec.backends.map(({ weight }) => weight)
    },
  },
  HTTPRoute: {
    manifest: (name: string): object => ({
      apiVersion: routes,
      kind: 'HTTPRoute',
      metadata: { name, labels: controlled },
      spec: {
        parentRefs: [{ group: '', kind: 'Service', name, port: 80 }],
        rules: [
          {
            backendRefs: [
              { name, port: 80, weight: 1 },
              { name: `${name}-east`, port: 80, weight: 0 },
            ],
          },
        ],
      },
    }),
    weights: async (name: string) => {
      const schema = z.object({
        spec: z.object({ rules: z.tuple([z.object({ backendRefs: weighted })]) }),
      })
      const { spec } = await stage.controlPlane.api.get(at(routes, 'httproutes', name), schema)
      return spec.rules[0].backendRefs.map(({ weight }) => weight)
    },
  },
} as const

/** The ways in which tools write: who owns the fields stands in `managedFields` differently after each. */
const ways = {
  'server-side apply': 'apply --server-side --force-conflicts -f - --field-manager',
  'a plain update': 'replace -f - --field-manager',
} as const

const cases = (['TrafficSplit', 'HTTPRoute'] as const).flatMap((kind) =>
  (['server-side apply', 'a plain update'] as const).map((way) => ({ kind, way })),
)

describe.each(cases)('a second writer, by $way, undoes the weights of a $kind', ({ kind, way }) => {
  const name = `${kind}-${way}`.toLowerCase().replaceAll(/[^a-z]+/g, '-')
  const writer = way === 'a plain update' ? 'deployer' : 'argocd-controller'
  const { manifest, weights } = kinds[kind]
  const undo = () => stage.kubectl(`${ways[way]} ${writer}`, JSON.stringify(manifest(name)))
  const become = (expected: number[]) =>
    eventually(async () => expect(await weights(name)).toEqual(expected), 60_000)
  const events = (reason: string) => stage.cluster.events({ split: name, reason })
  const fights = async () => (await operator.metrics()).sum('linkerd_failover_fights')
  const findings = async () => {
    const { code, stdout, stderr } = await stage.cli(`explain ${kind}/${name} -n default -o json`)
    expect(code, stderr).toBe(0)
    const { findings } = z
      .object({ findings: z.array(z.object({ reason: z.string(), message: z.string() })) })
      .parse(JSON.parse(stdout))
    return findings.filter(({ reason }) => reason === 'Fought').map(({ message }) => message)
  }

  it('is named, is answered less often, and is not spoken of any more when the fight is over', async () => {
    expect(await fights()).toBe(0)
    await stage.cluster.addService(name, 0)
    await stage.cluster.addService(`${name}-east`, 1)
    await stage.kubectl('create -f - --field-manager somebody-else', JSON.stringify(manifest(name)))
    // The first write answers nobody; then twice at once, and once after a pause, which makes it a fight.
    for (let times = 0; times < 3; times += 1) {
      await become([0, 1])
      expect(await events('Fought')).toEqual([])
      await undo()
    }
    await become([0, 1])

    const note = `"${writer}" keeps undoing the weights`
    await eventually(async () => {
      const told = await events('Fought')
      expect(told.map(({ type, note }) => ({ type, note }))).toEqual([
        { type: 'Warning', note: expect.stringContaining(note) },
      ])
    })
    expect(operator.output()).toContain(`${kind} default/${name}: \\"${writer}\\" keeps undoing the weights`)
    expect(await fights()).toBe(1)
    expect(await findings()).toEqual([expect.stringContaining(note)])

    // The operator has seen what was undone and acted upon all else, and has not answered. Where the fence took
    // longer than the pause, the next pause is twice as long.
    await eventually(async () => {
      await undo()
      await stage.cluster.fence()
      expect(await weights(name)).toEqual([1, 0])
    }, 120_000)
    expect(await events('Fought')).toHaveLength(1)
    expect(await fights()).toBe(1)

    // What the other has written is what is wanted from now on.
    await stage.cluster.setReady(name, 1)
    await eventually(async () => expect(await fights()).toBe(0))
    await eventually(async () => {
      expect((await events('FightOver')).map(({ type }) => type)).toEqual(['Normal'])
    })
    expect(operator.output()).toContain(
      `${kind} default/${name}: no other client undoes the weights any more`,
    )
    expect(await findings()).toEqual([])
    expect(await weights(name)).toEqual([1, 0])
  })
})
