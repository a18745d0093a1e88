/** Keeps what is on the screen, or in the pipe, up to date. */
import { lastSecond, successPercent } from './client.ts'
import type { Observer } from './observer.ts'
import type { StepResult } from './play.ts'
import { type Output, Screen } from './screen.ts'
import type { Sender } from './sender.ts'
import { describeWeights, type Step } from './story.ts'
import { type Paint, plainStep, render, type StepView, type View } from './view.ts'

const drawEveryMs = 100

export interface ShowOptions {
  readonly out: Output
  readonly live: boolean
  readonly paint: Paint
  /** `KIND NAMESPACE/NAME` */
  readonly route: string
  /** Where the dashboard is, if it is served. */
  readonly page: string | undefined
}

export class Show {
  readonly #observer: Observer
  readonly #sender: Sender
  readonly #options: ShowOptions
  readonly #screen: Screen
  readonly #steps: StepView[]
  #timer: NodeJS.Timeout | undefined
  #saidWeights = ''
  #saidPaused = false

  constructor(observer: Observer, sender: Sender, story: readonly Step[], options: ShowOptions) {
    this.#observer = observer
    this.#sender = sender
    this.#options = options
    this.#screen = new Screen(options.out)
    this.#steps = story.map(({ title, outcome }) => ({ title, outcome, state: 'waiting' }))
  }

  /** The picture begins to move. */
  start(): void {
    if (this.#options.live) this.#timer = setInterval(() => this.#draw(), drawEveryMs)
  }

  stepStarted(index: number): void {
    this.#update(index, { state: 'running' })
  }

  stepEnded(index: number, verdict: StepResult): void {
    const step = verdict.happened
      ? this.#update(index, { state: 'done', reactionMs: verdict.reactionMs })
      : this.#update(index, { state: 'failed' })
    if (!step) return
    const weights = describeWeights(this.#observer.weights)
    this.#sayPlainly(plainStep(step, weights, successPercent(this.#sender.traffic)))
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
    this.#saidPaused = this.#observer.isPaused
    this.#observer.onChange(() => {
      this.#sayPause()
      this.#sayWeights()
    })
  }

  /** A line for the pipe; a live terminal shows the same in its picture. */
  note(line: string): void {
    this.#sayPlainly(line)
  }

  stop(): void {
    if (this.#timer) this.#draw()
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#screen.end()
  }

  #sayPause(): void {
    const { isPaused } = this.#observer
    if (isPaused === this.#saidPaused) return
    this.#saidPaused = isPaused
    this.#sayPlainly(isPaused ? 'paused: the operator leaves the weights as they are' : 'not paused any more')
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
      route: this.#options.route,
      page: this.#options.page,
      isPaused: observer.isPaused,
      backends: [...observer.weights].map(([name, weight]) => ({
        name,
        weight,
        ...observer.endpoints(name),
      })),
      rates: lastSecond(this.#sender.traffic, performance.now()),
      totals: this.#sender.traffic,
      steps: this.#steps,
    }
  }
}
