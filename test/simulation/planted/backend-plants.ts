import { dig, isObject, type Json, type JsonObject } from '../../../sandbox/json.ts'
import type { Transport } from '../../../src/kube/http/transport.ts'
import type { Planted } from './planted.ts'
import { stepsOf, withEvents, withPatches, withRefs, withSteps } from './tools.ts'

const isTestOf = (fields: RegExp) => (step: JsonObject) =>
  step.op === 'test' && fields.test(String(step.path))
const isOfWeight = ({ path }: JsonObject) => String(path).endsWith('/weight')

/** Without the fields of its backends that it does not look at, the operator tests none of them either. */
const blindTo = (transport: Transport, fields: RegExp, change: (ref: JsonObject) => JsonObject): Transport =>
  withSteps(withRefs(transport, change), (steps) => steps.filter((step) => !isTestOf(fields)(step)))

/** Each port that a Service has. */
const allPorts = ['http', 'admin'].map((name) => ({ name, port: 8080 }))

/** Bugs about what a backend is, and what it has where its owner wrote nothing. */
export const backendPlants: readonly Planted[] = [
  {
    name: 'ports of slices ignored',
    breaks: ['not explained', 'not settled'],
    within: 20,
    menu: ['ports'],
    plant: (transport) =>
      withEvents(transport, ['endpointslices'], (event) =>
        isObject(event.object) ? { ...event, object: { ...event.object, ports: allPorts } } : event,
      ),
  },
  {
    name: 'absent weight taken for 0',
    breaks: ['not explained', 'not settled', 'foreign write'],
    within: 10,
    menu: ['rise'],
    plant: (transport) => {
      const filled = withRefs(transport, (ref) => ({ weight: 0, ...ref }))
      return withSteps(filled, (steps) =>
        steps
          .filter((step) => !(step.op === 'test' && isOfWeight(step) && step.value === 0))
          .map((step) => (step.op === 'replace' && isOfWeight(step) ? { ...step, op: 'add' } : step)),
      )
    },
  },
  {
    name: 'absent weight written without need',
    breaks: ['foreign write'],
    within: 10,
    menu: ['rise'],
    plant: (transport) =>
      withPatches(transport, (req, known) => {
        const steps = stepsOf(req)
        return transport.request({ ...req, body: [...steps, ...filled(known, steps)] })
      }),
  },
  {
    name: 'namespace of a backend ignored',
    breaks: ['not explained', 'not settled'],
    within: 10,
    menu: ['rise'],
    plant: (transport) => blindTo(transport, /\/namespace$/, ({ namespace: _, ...ref }) => ref),
  },
  {
    name: 'a backend of another kind taken for a Service',
    breaks: ['not explained', 'not settled'],
    within: 10,
    menu: ['rise'],
    plant: (transport) => blindTo(transport, /\/(group|kind)$/, ({ group: _, kind: __, ...ref }) => ref),
  },
]

/** Steps that write out each weight that is absent from a route and that a patch does not add. */
function filled(route: JsonObject, steps: readonly JsonObject[]): JsonObject[] {
  const added = new Set(steps.flatMap(({ op, path }) => (op === 'add' ? [path] : [])))
  return listIn(dig(route, 'spec'), 'rules').flatMap((rule, place) =>
    listIn(rule, 'backendRefs').flatMap(({ weight }, index) => {
      const path = `/spec/rules/${place}/backendRefs/${index}/weight`
      return weight === undefined && !added.has(path) ? [{ op: 'add', path, value: 1 }] : []
    }),
  )
}

const listIn = (value: Json | undefined, field: string): JsonObject[] => {
  const list = dig(value, field)
  return Array.isArray(list) ? list.filter(isObject) : []
}
