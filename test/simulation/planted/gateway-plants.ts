import { dig, isObject, type Json, type JsonObject } from '../../../sandbox/json.ts'
import { routeResources } from '../checker/facts.ts'
import type { Planted } from './planted.ts'
import { changed, isRoutePatch, stepsOf, withEvents, withMetadata, withSteps } from './tools.ts'

const primaryAnnotation = 'failover.linkerd.io/primary-service'
/** Which rule a step of a patch is about: `/spec/rules/0`; undefined where it is about none. */
const ruleOf = ({ path }: JsonObject) => /^\/spec\/rules\/\d+/.exec(String(path))?.[0]
/** What says which rule and which backend a patch is about, beside its place. */
const isIdentity = ({ path }: JsonObject) =>
  String(path) === '/metadata/generation' ||
  (String(path).startsWith('/spec') && !/weight$/.test(String(path)))

/** Bugs that only routes with several rules bring to light. */
export const gatewayPlants: readonly Planted[] = [
  {
    name: 'rules known by their place alone',
    breaks: ['not explained'],
    within: 20,
    menu: ['rules move while it fails over'],
    plant: (transport) =>
      withSteps(transport, (steps) => steps.filter((step) => step.op !== 'test' || !isIdentity(step))),
  },
  {
    name: 'a patch for each rule',
    breaks: ['not explained'],
    within: 10,
    plant: (transport) =>
      changed(transport, {
        request: async (req) => {
          const [first, ...others] = isRoutePatch(req) ? perRule(stepsOf(req)) : []
          if (!first) return transport.request(req)
          let answer = await transport.request({ ...req, body: first })
          for (const body of others) answer = await transport.request({ ...req, body })
          return answer
        },
      }),
  },
  {
    name: 'a rule forgotten',
    breaks: ['not explained'],
    within: 10,
    plant: (transport) =>
      withSteps(transport, (steps) => {
        const last = steps.findLast((step) => step.op !== 'test' && ruleOf(step))
        const isOnly = steps.every((step) => step.op === 'test' || ruleOf(step) === (last && ruleOf(last)))
        return isOnly || !last ? steps : steps.filter((step) => ruleOf(step) !== ruleOf(last))
      }),
  },
  {
    name: 'only the first rule looked at',
    breaks: ['not explained', 'not settled'],
    within: 10,
    plant: (transport) =>
      withEvents(transport, routeResources, (event) => {
        const { object } = event
        if (!isObject(object) || !isObject(object.spec) || !Array.isArray(object.spec.rules)) return event
        const rules: Json[] = object.spec.rules.slice(0, 1)
        return { ...event, object: { ...object, spec: { ...object.spec, rules } } }
      }),
  },
  {
    name: 'port of the primary not heeded',
    breaks: ['not explained', 'not settled'],
    within: 80,
    menu: ['rise'],
    plant: (transport) => {
      const without = withEvents(transport, routeResources, (event) =>
        withMetadata(event, (metadata) => {
          const named = dig(metadata, 'annotations', primaryAnnotation)
          if (typeof named !== 'string' || !isObject(metadata.annotations)) return metadata
          const [name = ''] = named.split(':')
          return { ...metadata, annotations: { ...metadata.annotations, [primaryAnnotation]: name } }
        }),
      )
      return withSteps(without, (steps) => steps.filter(({ path }) => !String(path).includes('annotations')))
    },
  },
]

/** The steps of a patch as one patch for each rule that it moves. */
function perRule(steps: readonly JsonObject[]): JsonObject[][] {
  const rules = new Set(steps.flatMap((step) => (step.op === 'test' ? [] : (ruleOf(step) ?? []))))
  const isShared = (step: JsonObject) => ruleOf(step) === undefined && step.path !== '/metadata/generation'
  return [...rules].map((rule) => steps.filter((step) => isShared(step) || ruleOf(step) === rule))
}
