import { Counter, Gauge, type Registry } from 'prom-client'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { TimelineEntry } from '../view/timeline-entry.ts'
import { transitionOf } from './group.ts'
import { Outbox } from './outbox.ts'
import type { Post } from './post.ts'
import { type Receiver, wants } from './receiver.ts'

export interface NotifierOptions {
  readonly receivers: readonly Receiver[]
  readonly post: Post
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** Names this process in what is sent. */
  readonly instance: string
  readonly registry: Registry
}

/** Notifies receivers of transitions. */
export interface Notifier {
  /**
   * Takes an entry of the timeline; of holds only those of dark routes are sent, and no releases. Returns at
   * once, whatever the receivers do.
   */
  take(entry: TimelineEntry): void
  /** Sends what is waiting, for at most `patienceMs`. */
  stop(patienceMs: number): Promise<void>
}

export function createNotifier(options: NotifierOptions): Notifier {
  const { receivers, registry } = options
  const attempts = new Counter({
    name: 'linkerd_failover_notifications_total',
    help: 'Attempts to notify a receiver, by outcome: sent, failed (will be retried) or refused (given up).',
    labelNames: ['receiver', 'outcome'] as const,
    registers: [registry],
  })
  const lost = new Counter({
    name: 'linkerd_failover_notifications_lost_total',
    help: 'Transitions that were never sent to a receiver: too many were waiting, or it refused them.',
    labelNames: ['receiver'] as const,
    registers: [registry],
  })
  const outboxes = receivers.map((receiver) => {
    const { name } = receiver
    const onAttempt = (outcome: string) => attempts.inc({ receiver: name, outcome })
    const onLost = (count: number) => lost.inc({ receiver: name }, count)
    return { receiver, outbox: new Outbox({ ...options, receiver, onAttempt, onLost }) }
  })
  new Gauge({
    name: 'linkerd_failover_notifications_waiting',
    help: 'Transitions that wait to be sent to a receiver.',
    labelNames: ['receiver'] as const,
    registers: [registry],
    collect() {
      for (const { receiver, outbox } of outboxes) this.set({ receiver: receiver.name }, outbox.size)
    },
  })
  return {
    take: (entry) => {
      const transition = transitionOf(entry)
      if (!transition) return
      for (const { receiver, outbox } of outboxes)
        if (wants(receiver.filter, transition)) outbox.take(transition)
    },
    stop: async (patienceMs) =>
      void (await Promise.all(outboxes.map(({ outbox }) => outbox.stop(patienceMs)))),
  }
}
