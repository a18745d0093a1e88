import { createBackoff } from '../base/backoff.ts'
import { type Clock, sleep } from '../base/clock.ts'
import { counted } from '../base/counted.ts'
import type { Log } from '../base/log.ts'
import { type Group, groupsOf, type Transition } from './group.ts'
import { type Message, messageOf } from './message.ts'
import type { Post, PostError } from './post.ts'
import type { Receiver } from './receiver.ts'
import { webhookHeaders } from './sign.ts'

export interface OutboxOptions {
  readonly receiver: Receiver
  readonly post: Post
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Log
  readonly instance: string
  /** Called for each attempt to send. */
  readonly onAttempt: (outcome: 'sent' | 'failed' | 'refused') => void
  /** Called with the number of transitions that will never be sent. */
  readonly onLost: (count: number) => void
}

/** A group is sent when no transition came for `quietMs`, or when its first one is `longestMs` old (ms). */
const quietMs = 1_000
const longestMs = 5_000
/** The most transitions that wait for one receiver; with more, the oldest are lost. */
const maxWaiting = 10_000
/** The most that are put into groups at once. */
const maxGrouped = 1_000
const firstBackoffMs = 1_000
const longestBackoffMs = 60_000
/** From the beginning of an attempt to the end of its answer. */
const longestAttemptMs = 10_000

interface Waiting {
  readonly transition: Transition
  readonly since: number
}

/**
 * The transitions that wait for one receiver. They are sent in order and in groups; each message is retried
 * until it arrives or is refused. `take` never waits, and memory is bounded, whatever the receiver does.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #hurry = new AbortController()
  readonly #end = new AbortController()
  #waiting: Waiting[] = []
  /** Transitions of the message that is being sent. */
  #underway = 0
  /** Transitions that were lost since `stop` was called. */
  #unsent = 0
  #missed = 0
  #work: Promise<void> | undefined

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** The number of transitions that still have to be sent. */
  get size(): number {
    return this.#waiting.length + this.#underway
  }

  take(transition: Transition): void {
    if (this.#hurry.signal.aborted) return
    this.#waiting.push({ transition, since: this.#options.clock.now() })
    if (this.#waiting.length > maxWaiting) {
      this.#waiting.shift()
      this.#missed += 1
      this.#lose(1)
    }
    this.#work ??= this.#run()
  }

  /** Tries once more to send what is waiting, for at most `patienceMs`; after that nothing is sent. */
  async stop(patienceMs: number): Promise<void> {
    this.#hurry.abort()
    const patience = new AbortController()
    await Promise.race([this.#work, sleep(this.#options.clock, patienceMs, patience.signal)])
    patience.abort()
    this.#end.abort()
    this.#lose(this.size)
    this.#waiting = []
    this.#underway = 0
    if (this.#unsent > 0) this.#admit(this.#unsent)
  }

  #lose(count: number): void {
    this.#options.onLost(count)
    if (this.#hurry.signal.aborted) this.#unsent += count
  }

  #admit(unsent: number): void {
    const { log, receiver } = this.#options
    const sentence = `the operator stops before receiver ${receiver.name} was notified of everything: ${counted(unsent, 'transition was', 'transitions were')} not sent`
    log.warn({ receiver: receiver.name, unsent }, sentence)
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#end.signal.aborted) {
      await this.#untilQuiet()
      const [group] = groupsOf(this.#waiting.slice(0, maxGrouped).map(({ transition }) => transition))
      if (!group) break
      const sending = new Set<Transition>(group.transitions)
      this.#waiting = this.#waiting.filter(({ transition }) => !sending.has(transition))
      const missed = this.#missed
      const message = this.#compose(group, missed)
      this.#underway = sending.size
      if (message && (await this.#deliver(message))) this.#missed -= missed
      else this.#lose(this.#underway)
      this.#underway = 0
    }
    this.#work = undefined
  }

  /**
   * A bug here must not end the operator: no caller awaits this work, so no caller would catch the
   * exception.
   */
  #compose(group: Group, missed: number): Message | undefined {
    const { receiver, instance, log } = this.#options
    const { name, format, template } = receiver
    try {
      return messageOf(group, { format, template, instance, missed })
    } catch (problem) {
      const sentence = `a bug in the operator: could not build a message for receiver ${name}: ${String(problem)}`
      log.error({ receiver: name, err: problem }, sentence)
      return undefined
    }
  }

  /** Waits while a mass event may still be going on, but not beyond `longestMs` for the first transition. */
  async #untilQuiet(): Promise<void> {
    const { clock } = this.#options
    for (;;) {
      const first = this.#waiting[0]?.since ?? 0
      const last = this.#waiting.at(-1)?.since ?? 0
      const wait = Math.min(first + longestMs, last + quietMs) - clock.now()
      if (wait <= 0 || this.#hurry.signal.aborted) return
      await sleep(clock, wait, this.#hurry.signal)
    }
  }

  /** True when the message has arrived; false if it was refused, or the operator is stopping. */
  async #deliver(message: Message): Promise<boolean> {
    const { clock, random, onAttempt } = this.#options
    const backoff = createBackoff(firstBackoffMs, longestBackoffMs, random)
    for (let attempt = 1; ; attempt += 1) {
      const error = await this.#try(message)
      onAttempt(error === undefined ? 'sent' : error.passing ? 'failed' : 'refused')
      if (error === undefined) return true
      this.#complain(error, attempt)
      if (!error.passing || this.#hurry.signal.aborted) return false
      await sleep(clock, Math.max(backoff.next(), error.retryAfterMs ?? 0), this.#hurry.signal)
    }
  }

  async #try(message: Message): Promise<PostError | undefined> {
    const { receiver, post, clock } = this.#options
    const late = new AbortController()
    const why = new Error(`no complete answer within ${longestAttemptMs / 1000} s`)
    const timer = clock.after(longestAttemptMs, () => late.abort(why))
    try {
      const [url, secret, token] = await Promise.all([
        receiver.url(),
        receiver.secret?.(),
        receiver.bearerToken?.(),
      ])
      const headers = {
        ...receiver.headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...webhookHeaders(message, secret, clock.wallTime()),
        'content-type': message.contentType,
      }
      const { allowed } = receiver
      const signal = AbortSignal.any([this.#end.signal, late.signal])
      const sent = await post({ url, headers, body: message.body, allowed, signal })
      return sent.ok ? undefined : sent.error
    } catch (problem) {
      return { message: problem instanceof Error ? problem.message : String(problem), passing: true }
    } finally {
      timer.cancel()
    }
  }

  /** Warns once for each message; a receiver that stays down is no news, and `stop` reports what is lost. */
  #complain({ message, passing }: PostError, attempt: number): void {
    const { log, receiver } = this.#options
    const fields = { receiver: receiver.name, attempt, waiting: this.size }
    if (!passing)
      log.warn(fields, `receiver ${receiver.name} refused a notification; it will not be retried: ${message}`)
    else if (attempt === 1 && !this.#hurry.signal.aborted)
      log.warn(fields, `could not notify receiver ${receiver.name}; will retry: ${message}`)
    else log.debug(fields, `still could not notify receiver ${receiver.name}: ${message}`)
  }
}
