import { request } from 'undici'
import { expect } from 'vitest'
import { z } from 'zod'
import { routeList } from '../../src/api/schema.ts'
import type { Found } from '../../src/readiness/testing/recorded.ts'
import { ref, routeObject } from '../../src/routes/testing/gateway-objects.ts'
import type { Api } from '../control-plane/api.ts'
import { eventually } from './eventually.ts'
import { namespace } from './mirror.ts'
import { at, controlled, handMade, slice, slices, split, splits } from './objects.ts'
import type { Operator } from './operator.ts'

const routes = 'gateway.networking.k8s.io/v1'
const httpRoute = { objectKind: 'HTTPRoute', group: 'gateway.networking.k8s.io', versions: ['v1'] }

const weighted = z.object({
  metadata: z.object({ name: z.string(), resourceVersion: z.string() }),
  spec: z.object({
    rules: z.array(z.object({ backendRefs: z.array(z.object({ weight: z.number() })) })).optional(),
    backends: z.array(z.object({ weight: z.number() })).optional(),
  }),
})
const weightedList = z.object({ items: z.array(weighted) })

type Weights = readonly number[]
/** The weights of each route by its name. */
type ByRoute = Readonly<Record<string, Weights>>

/** What becomes of the weights of the HTTPRoute, where the Service is the primary and `spare` the secondary. */
function asPrimary({ state }: Found, before: Weights): Weights {
  if (state === 'unknown') return before
  return state === 'ready' ? [1, 0] : [0, 1]
}

/** Of the TrafficSplit: the primary is `dead`, the Service and `spare` are secondaries. */
function asSecondary({ state }: Found, before: Weights): Weights {
  if (state === 'unknown') return before
  return state === 'ready' ? [0, 1, 1] : [0, 0, 1]
}

/** Routes that show what the operator finds of some Services: each is the primary of one, and a secondary of another. */
export class Judged {
  readonly #api: Api
  readonly #services: readonly string[]
  #expected: ByRoute

  constructor(api: Api, services: readonly string[]) {
    this.#api = api
    this.#services = services
    const before = services.flatMap((service) => [
      [service, [1, 0]],
      [`${service}-secondary`, [1, 0, 0]],
    ])
    this.#expected = Object.fromEntries(before)
  }

  async open(): Promise<void> {
    for (const [name, ready] of [
      ['front', 1],
      ['spare', 1],
      ['dead', 0],
    ] as const) {
      await this.#api.create(at('v1', 'services', undefined, namespace), handMade(name))
      await this.#api.create(at(slices, 'endpointslices', undefined, namespace), slice(name, ready, 1))
    }
    await Promise.all(this.#services.map((service) => this.#addRoutes(service)))
  }

  async #addRoutes(service: string): Promise<void> {
    const metadata = { name: service, namespace, uid: undefined, labels: controlled }
    const { spec, ...route } = routeObject(httpRoute, [[ref(service, 1), ref('spare', 0)]], metadata)
    const parentRefs = [{ group: '', kind: 'Service', name: 'front', port: 80 }]
    const path = at(routes, 'httproutes', undefined, namespace)
    await this.#api.create(path, { ...route, spec: { ...spec, parentRefs } })
    const backends = { dead: 1, [service]: 0, spare: 0 }
    const object = split(`${service}-secondary`, backends, { apex: 'front' })
    await this.#api.create(at(splits, 'trafficsplits', undefined, namespace), object)
  }

  /** Takes that the operator finds this from now on. */
  expect(found: ReadonlyMap<string, Found>): void {
    const before = this.#expected
    const after = [...found].flatMap(([service, one]) => {
      const secondary = `${service}-secondary`
      return [
        [service, asPrimary(one, before[service] ?? [])],
        [secondary, asSecondary(one, before[secondary] ?? [])],
      ]
    })
    this.#expected = { ...before, ...Object.fromEntries(after) }
  }

  /** Resolves when the operator shows what was found in its API, and has written the weights that follow. */
  async becomes(found: ReadonlyMap<string, Found>, operator: Operator, when: string): Promise<void> {
    await eventually(async () => {
      expect(await shown(operator, [...found.keys()]), when).toMatchObject(Object.fromEntries(found))
      expect(await this.#weights(), when).toEqual(this.#expected)
    })
  }

  async #all(): Promise<z.infer<typeof weighted>[]> {
    const paths = [
      at(routes, 'httproutes', undefined, namespace),
      at(splits, 'trafficsplits', undefined, namespace),
    ]
    const lists = await Promise.all(paths.map((path) => this.#api.get(path, weightedList)))
    return lists.flatMap(({ items }) => items)
  }

  async #weights(): Promise<ByRoute> {
    const entries = (await this.#all()).map(({ metadata, spec }) => {
      const backends = spec.backends ?? spec.rules?.[0]?.backendRefs ?? []
      return [metadata.name, backends.map(({ weight }) => weight)] as const
    })
    return Object.fromEntries(entries.filter(([name]) => name in this.#expected))
  }

  /** The resourceVersions of these routes: the same as before, if nobody has written one. */
  async versions(): Promise<ReadonlyMap<string, string>> {
    const own = (await this.#all()).filter(({ metadata }) => metadata.name in this.#expected)
    return new Map(own.map(({ metadata }) => [metadata.name, metadata.resourceVersion]))
  }
}

/** What the operator's API shows of these Services. */
async function shown(operator: Operator, services: readonly string[]): Promise<Record<string, unknown>> {
  const answer = await request(`${operator.adminUrl()}/api/v1/routes?namespace=${namespace}`)
  const { items } = routeList.parse(await answer.body.json())
  const backends = items.flatMap(({ splits }) => splits.flatMap((one) => one.backends))
  return Object.fromEntries(
    services.map((name) => [
      name,
      backends.find(({ service }) => service === `${namespace}/${name}`)?.readiness,
    ]),
  )
}
