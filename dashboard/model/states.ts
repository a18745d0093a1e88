import type { EntryItem, RouteItem } from '../live/api.ts'

export type RouteState = RouteItem['state']

/** What the page points out of a route: its state, and beside it whether it has a finding. */
export type Mark = RouteState | 'finding'

/** The sign of an entry of the timeline: that of the state that it led to, or of what happened to the route. */
export const signOf = ({ what, state }: Pick<EntryItem, 'what' | 'state'>): Mark | 'end' =>
  what === 'finding' || what === 'end' ? what : state

export interface StateWords {
  /** On a badge: `Failed over`. */
  readonly label: string
  /** After a number: `3 routes failed over`. */
  readonly verb: (count: number) => string
  readonly meaning: string
  /** How loud the page has to be about it. */
  readonly tone: 'calm' | 'notice' | 'alarm'
}

const always = (text: string) => () => text
const be = (text: string) => (count: number) => `${count === 1 ? 'is' : 'are'} ${text}`

/** Every mark, the worst first. */
export const states: Readonly<Record<Mark, StateWords>> = {
  dark: {
    label: 'Dark',
    verb: be('dark'),
    meaning: 'No backend of the route is ready: its requests fail.',
    tone: 'alarm',
  },
  finding: {
    label: 'With findings',
    verb: (count) => (count === 1 ? 'has a finding' : 'have findings'),
    meaning:
      'Something around the route is wrong, so it may not do what its owner expects, for example because proxies ignore its weights. The page of the route says what.',
    tone: 'notice',
  },
  misconfigured: {
    label: 'Misconfigured',
    verb: be('misconfigured'),
    meaning: 'The configuration of the route is wrong, so it does not fail over.',
    tone: 'alarm',
  },
  hold: {
    label: 'Held',
    verb: be('held'),
    meaning:
      'The readiness of the primary is unknown, so the weights stay as they are. The page of the route says what is missing.',
    tone: 'notice',
  },
  failover: {
    label: 'Failed over',
    verb: always('failed over'),
    meaning: 'Secondaries get the traffic, because the primary cannot serve, or not yet.',
    tone: 'notice',
  },
  drained: {
    label: 'Drained',
    verb: be('drained'),
    meaning: 'The primary could serve, but a Drain takes it out on purpose; others get the traffic.',
    tone: 'calm',
  },
  paused: {
    label: 'Paused',
    verb: be('paused'),
    meaning: 'The route is paused by an annotation: the operator does not change it.',
    tone: 'calm',
  },
  primary: {
    label: 'On primary',
    verb: always('on their primary'),
    meaning: 'The primary gets the traffic.',
    tone: 'calm',
  },
}

/** The worst first. */
export const marks = Object.keys(states) as readonly Mark[]

/** Of the marks those that every route has one of. */
export const stateNames = marks.filter((mark): mark is RouteState => mark !== 'finding')

/** What a route is sorted by: after what is dark comes what has a finding, whatever its state. */
export const markOf = ({ state, findings }: Pick<RouteItem, 'state' | 'findings'>): Mark =>
  state !== 'dark' && findings.length > 0 ? 'finding' : state
