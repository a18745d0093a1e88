import type { EventInput } from '../events/event-object.ts'

export const eventInput = (more: Partial<EventInput> = {}): EventInput => ({
  regarding: { apiVersion: 'split.smi-spec.io/v1alpha2', kind: 'TrafficSplit', namespace: 'ns', name: 'web' },
  type: 'Normal',
  reason: 'FailedOver',
  action: 'Failover',
  note: 'web-primary is down',
  ...more,
})
