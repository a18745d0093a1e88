import type { Timer } from '../../../src/base/clock.ts'

interface Task extends Timer {
  readonly at: number
  readonly order: number
  run: (() => void) | undefined
}

/** So many things at one moment are not a busy moment: somebody asks for the next as soon as one is done. */
const mostAtOnce = 100_000

/**
 * Virtual time: a heap of things to do. Between two of them all promises settle, so what runs depends on
 * nothing but the order of the heap. It jumps over the time in which nothing happens.
 */
export class Scheduler {
  /** Milliseconds since the beginning. */
  now = 0
  readonly #heap: Task[] = []
  #order = 0

  /** Runs `run` once at a time (ms) that is not before now; of equal times the first asked for comes first. */
  at(time: number, run: () => void): Timer {
    const task: Task = {
      at: Math.max(time, this.now),
      order: this.#order,
      run,
      cancel: () => {
        task.run = undefined
      },
    }
    this.#order += 1
    this.#push(task)
    return task
  }

  after(ms: number, run: () => void): Timer {
    return this.at(this.now + ms, run)
  }

  /** Does what is due until `end` (ms), or until `stopped`. `stuck`: time stood still, since there was always more to do. */
  async run(end: number, stopped: () => boolean): Promise<'over' | 'stuck'> {
    let atOnce = 0
    await settled()
    for (let task = this.#next(end); task && !stopped(); task = this.#next(end)) {
      atOnce = task.at === this.now ? atOnce + 1 : 0
      if (atOnce > mostAtOnce) return 'stuck'
      this.now = task.at
      task.run?.()
      await settled()
    }
    if (!stopped()) this.now = end
    return 'over'
  }

  /** The next task that was not cancelled, taken off the heap. */
  #next(end: number): Task | undefined {
    for (let top = this.#heap[0]; top && top.at <= end; top = this.#heap[0]) {
      this.#pop()
      if (top.run) return top
    }
    return undefined
  }

  #push(task: Task): void {
    const heap = this.#heap
    let index = heap.length
    while (index > 0) {
      const parent = (index - 1) >>> 1
      const above = heap[parent]
      if (!above || isBefore(above, task)) break
      heap[index] = above
      index = parent
    }
    heap[index] = task
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let index = 0
    for (;;) {
      const left = heap[2 * index + 1]
      const right = heap[2 * index + 2]
      const child = left && right && isBefore(right, left) ? right : left
      if (!child || isBefore(last, child)) break
      heap[index] = child
      index = child === left ? 2 * index + 1 : 2 * index + 2
    }
    heap[index] = last
  }
}

const isBefore = (a: Task, b: Task) => a.at < b.at || (a.at === b.at && a.order < b.order)

/** One turn of the real event loop: by then every promise that waits for no task has settled. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
