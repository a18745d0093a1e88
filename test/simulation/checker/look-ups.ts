import type { Process } from '../engine/process.ts'

/**
 * A look-up that failed is made again within so long (ms): a wait of 30 s at most, then two requests, each of which may
 * hang for 10 s.
 */
const againMs = 55_000

/** Times are virtual ms. */
interface Progress {
  /** Requests that are not answered. */
  open: number
  answeredAt: number
  /** When the last one failed, or what it was told to wait until. */
  failedAt: number | undefined
  isOver: boolean
}

/** How far a process has looked up which kinds the cluster serves, by requests for documents about that. */
export class LookUps {
  readonly #all = new Map<Process, Progress>()

  sent(process: Process, at: number): void {
    const one = this.#of(process)
    one.isOver = isOver(one, process, at)
    one.open += 1
  }

  answered(process: Process, status: number, at: number, retryAfterSeconds = 0): void {
    const one = this.#of(process)
    one.open -= 1
    one.answeredAt = at
    if (status !== 200) one.failedAt = at + retryAfterSeconds * 1_000
  }

  /** Whether it has certainly looked up every kind. It forgets none. */
  areOver(process: Process, at: number): boolean {
    return isOver(this.#of(process), process, at)
  }

  #of(process: Process): Progress {
    const known = this.#all.get(process) ?? {
      open: 0,
      answeredAt: Number.POSITIVE_INFINITY,
      failedAt: undefined,
      isOver: false,
    }
    this.#all.set(process, known)
    return known
  }
}

/** All kinds are looked up at the start, and again after a failure. */
function isOver({ open, answeredAt, failedAt, isOver }: Progress, { thawed }: Process, at: number): boolean {
  if (isOver || open > 0 || answeredAt >= at) return isOver
  return failedAt === undefined || at - Math.max(failedAt, thawed?.at ?? 0) > againMs
}
