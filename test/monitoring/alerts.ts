import { expect } from 'vitest'
import { z } from 'zod'
import { eventually } from '../e2e/eventually.ts'
import type { Prometheus } from './prometheus.ts'

const labels = z.record(z.string(), z.string())
const alerts = z.object({
  alerts: z.array(z.object({ labels, annotations: labels, state: z.string() })),
})
const vector = z.object({ result: z.array(z.object({ metric: labels })) })

/** An alert as people get it. */
export interface Firing {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** What a Prometheus wakes people for. */
export class Alerts {
  readonly #prometheus: Prometheus

  constructor(prometheus: Prometheus) {
    this.#prometheus = prometheus
  }

  /** Resolves when a query has an answer: only then does silence mean that all is well. */
  async judging(query: string): Promise<void> {
    await eventually(async () => expect(await this.#query(query), query).not.toEqual([]), 60_000)
  }

  /** Resolves when this alert fires; to all that does. */
  async some(name: string, timeoutMs: number): Promise<readonly Firing[]> {
    return eventually(async () => {
      const { alerts } = await this.#all()
      const firing = alerts.filter(({ state }) => state === 'firing')
      const names = firing.map(({ labels }) => labels.alertname)
      expect(names, `there are ${JSON.stringify(alerts)}`).toContain(name)
      return firing
    }, timeoutMs)
  }

  /** Resolves when nothing fires, and nothing is about to. */
  async none(timeoutMs: number): Promise<void> {
    await eventually(async () => {
      expect((await this.#all()).alerts).toEqual([])
    }, timeoutMs)
  }

  /** The names of all that fired within the last so many milliseconds, however shortly. */
  async names(withinMs: number): Promise<readonly string[]> {
    const query = `count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${Math.ceil(withinMs)}ms]))`
    return (await this.#query(query)).map(({ metric }) => metric.alertname ?? '')
  }

  async #query(query: string) {
    const path = `/api/v1/query?query=${encodeURIComponent(query)}`
    return (await this.#prometheus.ask(path, vector)).result
  }

  #all() {
    return this.#prometheus.ask('/api/v1/alerts', alerts)
  }
}
