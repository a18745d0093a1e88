import { type Direction, isMove } from '../core/transition.ts'
import type { RouteRef, TimelineEntry } from '../view/timeline-entry.ts'

/**
 * What people are notified of: traffic that moved, a route that went `dark`, something that was found wrong
 * around one (`finding`), a return to a lost tier that a person must approve (`awaiting-return`), and that the
 * operator does not control a route any more (`end`).
 */
export type Notice = Direction | 'dark' | 'finding' | 'awaiting-return' | 'end'

/** An entry of which people are notified. */
export interface Transition extends TimelineEntry {
  readonly notice: Notice
}

/** The entry with what it is to people; `undefined` if they are not notified of it. */
export function transitionOf(entry: TimelineEntry): Transition | undefined {
  const { what, state } = entry
  if (isMove(what) || what === 'finding' || what === 'awaiting-return' || what === 'end')
    return { ...entry, notice: what }
  return what === 'hold' && state === 'dark' ? { ...entry, notice: 'dark' } : undefined
}

/** Transitions that are sent as one message: the same direction and cluster, one right after the other. */
export interface Group {
  readonly what: Notice
  readonly cluster: string | undefined
  /** Oldest first, at least one. */
  readonly transitions: readonly [Transition, ...Transition[]]
}

/** A transition this long after the last one of a group begins a new group (ms). */
const gapMs = 2_000

interface Open {
  readonly what: Notice
  readonly cluster: string | undefined
  readonly transitions: [Transition, ...Transition[]]
  last: Transition
}

/**
 * Puts together what belongs together; oldest first. Told group by group, no route's transitions change their
 * order: one that already is in a later group does not join an earlier one.
 */
export function groupsOf(transitions: Iterable<Transition>): Group[] {
  const groups: Open[] = []
  /** By route: the last group that contains it. */
  const latest = new Map<string, number>()
  for (const transition of transitions) {
    const name = nameOf(transition.route)
    const index = findGroup(groups, transition, latest.get(name) ?? 0)
    const group = groups[index]
    if (group) {
      group.transitions.push(transition)
      group.last = transition
    } else {
      const { notice: what, cluster } = transition
      groups.push({ what, cluster, transitions: [transition], last: transition })
    }
    latest.set(name, index)
  }
  return groups
}

/**
 * The index of the newest group, not before `from`, that a transition belongs to; else the index of a new
 * one.
 */
function findGroup(groups: readonly Open[], transition: Transition, from: number): number {
  for (let index = groups.length - 1; index >= from; index -= 1) {
    const group = groups[index]
    if (group && belongs(group, transition)) return index
  }
  return groups.length
}

function belongs({ what, cluster, last }: Open, transition: Transition): boolean {
  const gap = transition.at.getTime() - last.at.getTime()
  return what === transition.notice && cluster === transition.cluster && gap <= gapMs
}

export const nameOf = ({ kind, namespace, name }: RouteRef): string => `${kind} ${namespace}/${name}`
