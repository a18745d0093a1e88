import { noTraffic, type Random, remember, send, type Target, type Traffic } from './client.ts'
import type { Observer } from './observer.ts'
import { primary } from './world.ts'

const requestsPerSecond = 200
const sendEveryMs = 5

/** Runs the simulated client: it sends what is due to the world as it stood at that moment. */
export class Sender {
  readonly #observer: Observer
  readonly #random: Random
  #timer: NodeJS.Timeout | undefined
  #traffic = noTraffic

  constructor(observer: Observer, random: Random) {
    this.#observer = observer
    this.#random = random
  }

  get traffic(): Traffic {
    return this.#traffic
  }

  start(): void {
    const from = performance.now()
    let sent = 0
    let targets = this.#targets()
    const sendWhatIsDue = () => {
      const now = performance.now()
      const due = Math.floor(((now - from) * requestsPerSecond) / 1000) - sent
      if (due <= 0) return
      sent += due
      this.#traffic = remember(this.#traffic, send(due, now, targets, primary, this.#random))
    }
    // What was due before a change still meets the world as it was, even if this process woke up late.
    this.#observer.onChange(() => {
      sendWhatIsDue()
      targets = this.#targets()
    })
    this.#timer = setInterval(sendWhatIsDue, sendEveryMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #targets(): Target[] {
    const observer = this.#observer
    return [...observer.weights].map(([name, weight]) => ({ name, weight, ready: observer.isReady(name) }))
  }
}
