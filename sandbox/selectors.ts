import { asText, dig } from './json.ts'
import type { KubeObject } from './object.ts'
import { badRequest } from './status.ts'

/** Whether an object is selected. */
export type Selector = (object: KubeObject) => boolean

const everything: Selector = () => true

type Labels = Record<string, string>
type LabelTest = (labels: Labels) => boolean

const setPattern = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/
const equalityPattern = /^([^\s=!]+)\s*(==|=|!=)\s*([^\s=!]*)$/
const existencePattern = /^(!?)\s*([A-Za-z0-9][-A-Za-z0-9_./]*)$/

/** One requirement of a label selector, as `app=web`, `app in (a, b)`, `app` or `!app`. */
function labelTest(requirement: string): LabelTest {
  const set = setPattern.exec(requirement)
  if (set) {
    const [, name = '', operator, list = ''] = set
    const values = new Set(list.split(',').map((value) => value.trim()))
    const has = (labels: Labels) => labels[name] !== undefined && values.has(labels[name])
    return operator === 'in' ? has : (labels) => !has(labels)
  }
  const equality = equalityPattern.exec(requirement)
  if (equality) {
    const [, name = '', operator, value] = equality
    return operator === '!=' ? (labels) => labels[name] !== value : (labels) => labels[name] === value
  }
  const existence = existencePattern.exec(requirement)
  if (!existence) throw badRequest(`unable to parse requirement: ${requirement}`)
  const [, not, name = ''] = existence
  return not ? (labels) => labels[name] === undefined : (labels) => labels[name] !== undefined
}

/** Parses a `labelSelector` parameter; nonsense is a 400. */
export function labelSelector(text: string): Selector {
  if (text.trim() === '') return everything
  const tests = text.split(/,(?![^(]*\))/).map((requirement) => labelTest(requirement.trim()))
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}))
}

/** Fields whose name in a newer group differs from where the stored object has them. */
const fieldAliases: [prefix: string, stored: string][] = [
  ['regarding.', 'involvedObject.'],
  ['reportingController', 'reportingComponent'],
]
const anywhere = ['metadata.name', 'metadata.namespace']

function fieldPath(field: string, selectable: readonly string[]): string[] {
  const alias = fieldAliases.find(([prefix]) => field.startsWith(prefix))
  const stored = alias ? alias[1] + field.slice(alias[0].length) : field
  if (!anywhere.includes(stored) && !selectable.includes(stored)) {
    throw badRequest(`field label not supported: ${field}`)
  }
  return stored.split('.')
}

/** Parses a `fieldSelector` parameter; a field that the kind does not offer is a 400. */
export function fieldSelector(text: string, selectable: readonly string[]): Selector {
  if (text.trim() === '') return everything
  const tests = text.split(',').map((requirement): Selector => {
    const match = equalityPattern.exec(requirement.trim())
    if (!match) throw badRequest(`invalid selector: '${requirement}'; can't understand it`)
    const [, field = '', operator, value] = match
    const path = fieldPath(field, selectable)
    return (object) => (asText(dig(object, ...path)) === value) === (operator !== '!=')
  })
  return (object) => tests.every((test) => test(object))
}

/** Both selectors of a list or watch request. */
export function selectorOf(query: URLSearchParams, selectable: readonly string[]): Selector {
  const labels = labelSelector(query.get('labelSelector') ?? '')
  const fields = fieldSelector(query.get('fieldSelector') ?? '', selectable)
  if (labels === everything) return fields
  return (object) => labels(object) && fields(object)
}
