import { readinessOf } from '../../core/types.ts'
import type { TimelineEntry } from '../../view/timeline-entry.ts'
import { type Transition, transitionOf } from '../group.ts'
import { defaultTemplates, escapes, type Format } from '../message.ts'
import type { Receiver } from '../receiver.ts'
import { parseTemplate } from '../template.ts'

const start = Date.UTC(2026, 0, 1)
let count = 0

/** A transition of the TrafficSplit `shop/NAME`, `ms` after the start of 2026. */
export function transition(name: string, ms = 0, overrides: Partial<TimelineEntry> = {}): Transition {
  count += 1
  const made = transitionOf({
    id: `e1-${count}`,
    revision: count,
    at: new Date(start + ms),
    what: 'failover',
    route: { apiVersion: 'split.smi-spec.io/v1alpha2', kind: 'TrafficSplit', namespace: 'shop', name },
    rule: 'SecondariesReady',
    state: 'failover',
    sentence: `fails over: shop/${name} has no endpoints; shop/${name}-east takes over`,
    splits: [
      {
        where: undefined,
        backends: [{ service: `shop/${name}`, from: 1, to: 0, readiness: readinessOf(0, 0) }],
      },
    ],
    cluster: undefined,
    reactionMs: 5,
    ...overrides,
  })
  if (!made) throw new Error('people are not notified of that')
  return made
}

export function template(text: string, format: Format = 'cloudevents') {
  const parsed = parseTemplate(text, escapes[format])
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}

export function receiver(overrides: Partial<Receiver> = {}): Receiver {
  const { format = 'cloudevents' } = overrides
  return {
    name: 'on-call',
    format,
    template: template(defaultTemplates[format], format),
    allowed: [],
    headers: {},
    url: async () => 'https://hooks.example/failover',
    secret: undefined,
    bearerToken: undefined,
    filter: { namespaces: [], kinds: [], transitions: [] },
    ...overrides,
  }
}
