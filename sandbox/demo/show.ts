/** Runs the simulated client and keeps what is on the screen, or in the pipe, up to date. */
import { lastSecond, noTraffic, type Random, remember, send, successPercent, type Target } from './client.ts'
import type { Observer } from './observer.ts'
import type { Verdict } from './play.ts'
import { type Output, Screen } from './screen.ts'
import { describeWeights, type Step } from './story.ts'
import { type Paint, plainStep, render, type StepView, type View } from './view.ts'
import { namespace, primary, splitName } from './world.ts'

const requestsPerSecond = 200
const sendEveryMs = 5
const drawEveryMs = 100

export interface ShowOptions {
  readonly out: Output
  readonly live: boolean
  readonly paint: Paint
  readonly random: Random
}

export class Show {
  readonly #observer: Observer
  readonly #options: ShowOptions
  readonly #screen: Screen
  readonly #steps: StepView[]
  readonly #timers: NodeJS.Timeout[] = []
  #traffic = noTraffic
  #saidWeights = ''

  constructor(observer: Observer, story: readonly Step[], options: ShowOptions) {
    this.#observer = observer
    this.#options = options
    this.#screen = new Screen(options.out)
    this.#steps = story.map(({ title, outcome }) => ({ title, outcome, state: 'waiting' }))
  }

  /** The client begins to send, and the screen to show it. */
  start(): void {
    const from = performance.now()
    let sent = 0
    let targets = this.#targets()
    const sendWhatIsDue = () => {
      const now = performance.now()
      const due = Math.floor(((now - from) * requestsPerSecond) / 1000) - sent
      if (due <= 0) return
      sent += due
      this.#traffic = remember(this.#traffic, send(due, now, targets, primary, this.#options.random))
    }
    // What was due before a change still meets the world as it was, even if this process woke up late.
    this.#observer.onChange(() => {
      sendWhatIsDue()
      targets = this.#targets()
    })
    this.#timers.push(setInterval(sendWhatIsDue, sendEveryMs))
    if (this.#options.live) this.#timers.push(setInterval(() => this.#draw(), drawEveryMs))
  }

  stepStarted(index: number): void {
    this.#update(index, { state: 'running' })
  }

  stepEnded(index: number, verdict: Verdict): void {
    const step = verdict.happened
      ? this.#update(index, { state: 'done', reactionMs: verdict.reactionMs })
      : this.#update(index, { state: 'failed' })
    if (!step) return
    const weights = describeWeights(this.#observer.weights)
    this.#sayPlainly(plainStep(step, weights, successPercent(this.#traffic)))
  }

  /** The last word of the story, above the picture, which stays alive. */
  conclude(lines: readonly string[]): void {
    if (this.#options.live) {
      this.#screen.say(lines)
      this.#draw()
      return
    }
    for (const line of lines) this.#sayPlainly(line.trimStart())
    this.#saidWeights = describeWeights(this.#observer.weights)
    this.#observer.onChange(() => this.#sayWeights())
  }

  /** A line for the pipe; a live terminal shows the same in its picture. */
  note(line: string): void {
    this.#sayPlainly(line)
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
    if (this.#options.live && this.#timers.length > 0) this.#draw()
    this.#timers.length = 0
    this.#screen.end()
  }

  /** After the story a pipe gets one line for each change of the weights. */
  #sayWeights(): void {
    const weights = describeWeights(this.#observer.weights)
    if (weights !== this.#saidWeights) this.#sayPlainly(`weights: ${weights}`)
    this.#saidWeights = weights
  }

  #sayPlainly(line: string): void {
    if (!this.#options.live && line !== '') this.#options.out.write(`${line}\n`)
  }

  #targets(): Target[] {
    const observer = this.#observer
    return [...observer.weights].map(([name, weight]) => ({ name, weight, ready: observer.isReady(name) }))
  }

  #update(index: number, change: Partial<StepView>): StepView | undefined {
    const step = this.#steps[index]
    if (!step) return undefined
    const updated = { ...step, ...change }
    this.#steps[index] = updated
    return updated
  }

  #draw(): void {
    if (this.#options.live) this.#screen.draw(render(this.#view(), this.#options.paint))
  }

  #view(): View {
    const observer = this.#observer
    return {
      route: `${namespace}/${splitName}`,
      backends: [...observer.weights].map(([name, weight]) => ({
        name,
        weight,
        ...observer.endpoints(name),
      })),
      rates: lastSecond(this.#traffic, performance.now()),
      totals: this.#traffic,
      steps: this.#steps,
    }
  }
}
