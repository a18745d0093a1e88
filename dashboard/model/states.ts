import type { RouteItem } from '../live/api.ts'

export type RouteState = RouteItem['state']

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

/** Every state, the worst first. */
export const states: Readonly<Record<RouteState, StateWords>> = {
  dark: {
    label: 'Dark',
    verb: be('dark'),
    meaning: 'No backend of the route is ready: its requests fail.',
    tone: 'alarm',
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
    meaning: 'The primary has no ready endpoint; secondaries get the traffic.',
    tone: 'notice',
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
export const stateNames = Object.keys(states) as readonly RouteState[]
