import * as z from 'zod'
import { drainItem } from '../../api/drain-item.ts'
import type { Status } from '../../api/schema.ts'
import { status } from '../../api/status-schema.ts'
import { ok } from '../../base/result.ts'
import { routeStates } from '../../core/state.ts'
import type { View } from '../../view/view.ts'
import { endpoint } from './endpoint.ts'
import type { ApiSources } from './sources.ts'

/** Enough for a chart; a reader of the stream adds what comes later by itself. */
const maxReactions = 100
/** The status is sent to every reader every 5 s. */
const mostDrains = 100

export const getStatus = endpoint({
  path: '/api/v1/status',
  summary: 'The state of the operator, and the number of routes in each state',
  parameters: z.object({}),
  answer: status,
  handle: (_, sources) => ok(statusOf(sources)),
})

export function statusOf(sources: ApiSources): Status {
  const { view, clock, version, instance, startedAt } = sources
  const { role, leader } = sources.leadership()
  return {
    version,
    instance,
    role,
    leader: leader ?? null,
    time: clock.wallTime().toISOString(),
    startedAt: startedAt.toISOString(),
    ready: sources.ready().length === 0,
    revision: view.revision,
    watches: [...sources.watches()].map(({ name, state, synced, size }) => ({
      name,
      state,
      synced,
      objects: size,
    })),
    gateways: [...sources.gateways()].map(({ since, ...gateway }) => ({
      ...gateway,
      since: since.toISOString(),
    })),
    drains: [...sources.drains()].slice(0, mostDrains).map(drainItem),
    routes: countsOf(view),
    withFindings: view.withFindings,
    reactions: reactionsOf(view),
  }
}

function countsOf(view: View): Status['routes'] {
  const counts = new Map(routeStates.map((state) => [state, 0]))
  for (const { state, count } of view.counts()) counts.set(state, (counts.get(state) ?? 0) + count)
  const of = (state: (typeof routeStates)[number]) => counts.get(state) ?? 0
  return {
    dark: of('dark'),
    misconfigured: of('misconfigured'),
    hold: of('hold'),
    failover: of('failover'),
    drained: of('drained'),
    paused: of('paused'),
    primary: of('primary'),
  }
}

function reactionsOf(view: View): Status['reactions'] {
  const reactions: Status['reactions'] = []
  for (const { at, reactionMs } of view.timeline.newestFirst()) {
    if (reactionMs !== undefined) reactions.push({ at: at.toISOString(), ms: reactionMs })
    if (reactions.length === maxReactions) break
  }
  return reactions
}
