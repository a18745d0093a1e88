import type { Decision } from '../core/decide.ts'
import { explain } from '../core/explain.ts'
import { isPrimary, knownOf, weightOf } from '../core/split.ts'
import type { Readiness, Split } from '../core/types.ts'
import type { RouteRecord } from '../view/route-record.ts'
import type { TimelineEntry } from '../view/timeline-entry.ts'
import type { View } from '../view/view.ts'
import type { BackendItem, EntryItem, RouteItem, SplitItem } from './schema.ts'

/** A route as the API shows it; readiness is that of now, the decision that of the last look. */
export function routeItem(record: RouteRecord, view: View): RouteItem {
  const { route, state, since, revision, decisions, refusal } = record
  const { apiVersion, kind, namespace, name } = route
  const splits = route.splits.flatMap((split, index) => {
    const decision = decisions[index]
    return decision ? [splitItem(split, decision, view)] : []
  })
  const worst = decisions.findIndex((decision) => decision.state === state)
  return {
    apiVersion,
    kind,
    namespace,
    name,
    state,
    sentence: splits[worst]?.sentence ?? 'it has no weighted backends',
    since: since?.toISOString() ?? null,
    revision,
    apexes: [...route.apexes],
    splits,
    refusal: refusal ?? null,
  }
}

function splitItem(split: Split, decision: Decision, view: View): SplitItem {
  return {
    where: split.where ?? null,
    primary: split.primary ?? null,
    decision: decision.kind,
    rule: decision.rule,
    state: decision.state,
    sentence: explain({ split, readiness: view.readiness }, decision),
    backends: split.backends.map(
      (backend): BackendItem => ({
        service: backend.service,
        port: backend.port ?? null,
        weight: backend.weight ?? null,
        active: weightOf(split, backend) > 0,
        primary: isPrimary(split, backend),
        readiness: readinessItem(knownOf(backend, view.readiness)),
        cluster: view.clusterOf(backend.service) ?? null,
      }),
    ),
  }
}

/** A line of the timeline as the API shows it. */
export function entryItem(entry: TimelineEntry): EntryItem {
  const { at, route, splits, cluster, reactionMs } = entry
  const { apiVersion, kind, namespace, name } = route
  return {
    id: entry.id,
    revision: entry.revision,
    at: at.toISOString(),
    what: entry.what,
    route: { apiVersion, kind, namespace, name },
    rule: entry.rule,
    state: entry.state,
    sentence: entry.sentence,
    splits: splits.map(({ where, backends }) => ({
      where: where ?? null,
      backends: backends.map(({ service, from, to, readiness }) => ({
        service,
        from: from ?? null,
        to: to ?? null,
        readiness: readinessItem(readiness),
      })),
    })),
    cluster: cluster ?? null,
    reactionMs: reactionMs ?? null,
  }
}

function readinessItem(readiness: Readiness): BackendItem['readiness'] {
  return readiness.state === 'unknown' ? { state: 'unknown', ready: null, total: null } : readiness
}
