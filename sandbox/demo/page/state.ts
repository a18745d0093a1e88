import type { Sample } from './samples.ts'

/** What the page of the demo is told, besides what the operator tells every page. */
export interface DemoState {
  /** The route that the client calls. */
  readonly route: { readonly kind: string; readonly namespace: string; readonly name: string }
  /** What the demo is doing by itself; while it does, nobody else may change anything. */
  readonly busy: string | null
  readonly services: readonly DemoService[]
  /** Oldest first; only those that the page does not have yet. */
  readonly samples: readonly Sample[]
}

export interface DemoService {
  readonly name: string
  readonly isPrimary: boolean
  readonly ready: number
  readonly total: number
}
