/**
 * The kinds of route with which the demo can play its story: how each is written, and where its weights are.
 */
import { z } from 'zod'
import { httpRoute, paths, trafficSplit } from './world.ts'

export interface DemoRoute {
  readonly kind: string
  /** What `kubectl` takes for the kind. */
  readonly shortName: string
  /** What `kubectl get` needs to show the weights, if its columns do not. */
  readonly columns: string
  /** Where objects of the kind are. */
  readonly path: string
  readonly object: {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> }
  }
  /** What Linkerd would write into the object's status, for a kind that has one. */
  readonly status?: object
  /** Name and weights of an object of the kind; `undefined` for one of another shape. */
  read(object: unknown): { readonly name: string; readonly weights: [string, number][] } | undefined
}

const weight = z.unknown().transform(toNumber)
const metadata = z.object({ name: z.string() })
const splitShape = z.object({
  metadata,
  spec: z.object({ backends: z.array(z.object({ service: z.string(), weight })) }),
})
const httpRouteShape = z.object({
  metadata,
  spec: z.object({
    rules: z.tuple([z.object({ backendRefs: z.array(z.object({ name: z.string(), weight })) })]),
  }),
})

/** The status of a route that Linkerd's policy controller has accepted for a parent. */
export const acceptedFor = (parentRef: object) => ({
  parentRef,
  controllerName: 'linkerd.io/policy-controller',
  conditions: [
    {
      type: 'Accepted',
      status: 'True',
      reason: 'Accepted',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ],
})

/** By the word that `--route` takes. */
export const routes = {
  split: {
    kind: 'TrafficSplit',
    shortName: 'ts',
    columns: '',
    path: paths.splits,
    object: trafficSplit(),
    read: (object) => {
      const split = splitShape.safeParse(object).data
      const weights = split?.spec.backends.map((one): [string, number] => [one.service, one.weight])
      return split && weights && { name: split.metadata.name, weights }
    },
  },
  http: {
    kind: 'HTTPRoute',
    shortName: 'httproute',
    columns: " -o 'custom-columns=WEIGHTS:.spec.rules[*].backendRefs[*].weight'",
    path: paths.httpRoutes,
    object: httpRoute(),
    status: { parents: httpRoute().spec.parentRefs.map(acceptedFor) },
    read: (object) => {
      const route = httpRouteShape.safeParse(object).data
      const weights = route?.spec.rules[0].backendRefs.map((one): [string, number] => [one.name, one.weight])
      return route && weights && { name: route.metadata.name, weights }
    },
  },
} as const satisfies Record<string, DemoRoute>

/** The route that a word of the command line asks for; without a word a TrafficSplit. */
export function routeNamed(word = 'split'): DemoRoute {
  if (word === 'split' || word === 'http') return routes[word]
  throw new Error(`--route is "${word}"; write --route ${Object.keys(routes).join(' or --route ')}`)
}

/**
 * A weight as a number, also where the API wrote `"1"` or `"500m"`; one that makes no sense counts as none.
 */
function toNumber(weight: unknown): number {
  const text = String(weight)
  const number = text.endsWith('m') ? Number(text.slice(0, -1)) / 1000 : Number(text)
  return Number.isFinite(number) ? number : 0
}
