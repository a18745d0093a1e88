import { counted } from '../base/counted.ts'
import { err, ok, type Result } from '../base/result.ts'
import { type Group, type Notice, nameOf } from './group.ts'

/** What a template can name: `{{headline}}`. docs/operating/notifications.md says what each is. */
const words = {
  headline: headlineOf,
  sentence: ({ transitions: [first] }: Group) => first.sentence,
  routes: routesOf,
  count: ({ transitions }: Group) => String(transitions.length),
  what: ({ what }: Group) => what,
  cluster: ({ cluster }: Group) => cluster ?? 'this cluster',
  namespaces: ({ transitions }: Group) =>
    [...new Set(transitions.map(({ route }) => route.namespace))].sort().join(', '),
  id: ({ transitions: [first] }: Group) => first.id,
  at: ({ transitions: [first] }: Group) => first.at.toISOString(),
} as const

type Word = keyof typeof words
const isWord = (text: string): text is Word => Object.hasOwn(words, text)

/** Turns a group into text. */
export type Template = (group: Group) => string

/** What happened to one route, and to several. */
const verbs: Readonly<Record<Notice, readonly [one: string, several: string]>> = {
  failover: ['failed over', 'failed over'],
  failback: ['failed back to the primary', 'failed back to the primary'],
  redistribute: ['redistributed traffic among secondaries', 'redistributed traffic among secondaries'],
  dark: ['went dark', 'went dark'],
  finding: ['has a finding', 'have findings'],
  'awaiting-return': ['awaits approval of a return', 'await approval of a return'],
  end: ['is no longer controlled', 'are no longer controlled'],
}

const maxNamed = 10

/**
 * Reads a template: text with `{{word}}` in it. `escaped` is applied to what the words stand for, not to the
 * text around them.
 *
 * @returns the template, or what is wrong with it
 */
export function parseTemplate(text: string, escaped: (value: string) => string): Result<Template, string> {
  const names = [...text.matchAll(placeholder)].map(([, name = '']) => name)
  const unknown = names.filter((name) => !isWord(name))
  if (unknown.length > 0) {
    const known = Object.keys(words).join(', ')
    return err(`{{${unknown[0]}}} is not a known word; use one of ${known}`)
  }
  return ok((group) =>
    text.replace(placeholder, (_, name: string) => (isWord(name) ? escaped(words[name](group)) : '')),
  )
}

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g

function headlineOf({ what, cluster, transitions }: Group): string {
  const [first] = transitions
  const last = transitions.at(-1) ?? first
  const where = cluster === undefined ? '' : ` ${what === 'failover' ? 'from' : 'in'} cluster ${cluster}`
  if (transitions.length === 1) return `${nameOf(first.route)} ${verbs[what][0]}${where}`
  const routes = new Set(transitions.map(({ route }) => nameOf(route))).size
  const seconds = ((last.at.getTime() - first.at.getTime()) / 1000).toFixed(1)
  return `${counted(routes, 'route')} ${verbs[what][routes === 1 ? 0 : 1]}${where} in ${seconds} s`
}

function routesOf({ transitions }: Group): string {
  const names = [...new Set(transitions.map(({ route }) => nameOf(route)))]
  const rest = names.length - maxNamed
  return [...names.slice(0, maxNamed), ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ')
}
