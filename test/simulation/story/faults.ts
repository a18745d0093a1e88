import type { Backup } from '../../../sandbox/store.ts'
import type { Process } from '../engine/process.ts'
import type { OpenWatch, Wire } from '../network/wire.ts'
import type { Fleet } from './fleet.ts'
import { type Acts, act, type FaultStep, type FaultSteps } from './step.ts'

/** What goes wrong with the network, the server and the processes, and how it ends. */
export class Faults {
  readonly #wire: Wire
  readonly #fleet: Fleet
  #backup: Backup | undefined

  constructor(wire: Wire, fleet: Fleet) {
    this.#wire = wire
    this.#fleet = fleet
  }

  act(step: FaultStep): void {
    act(this.#acts, step)
  }

  /** Everything works again, and every replica runs. */
  heal(replicas: readonly string[]): void {
    this.#wire.conditions.heal()
    for (const replica of replicas) {
      const process = this.#fleet.process(replica)
      process?.thaw()
      // Replicas whose clocks differ disagree about the end of a Drain, for as long as they differ.
      if (process && process.skewMs !== 0 && replicas.length > 1) process.jump(-process.skewMs)
      this.#fleet.start(replica)
    }
  }

  readonly #acts: Acts<FaultSteps> = {
    slow: ({ replica, ms, for: end }) => this.#mapped(this.#conditions.slow, replica, ms, end),
    lag: ({ replica, resource, ms, for: end }) =>
      this.#mapped(this.#conditions.lag, `${replica} ${resource}`, ms, end),
    cut: (step) => this.#streams(step, (stream) => stream.cut()),
    silence: (step) => this.#streams(step, (stream) => stream.silence()),
    away: ({ for: ms }) => this.#away(ms),
    partition: ({ replica, for: ms }) => {
      this.#conditions.partitioned.add(replica)
      this.#later(ms, () => this.#conditions.partitioned.delete(replica))
    },
    refuse: (step) => this.#conditions.refusals.push({ ...step, left: step.times }),
    lose: (step) => this.#conditions.losses.push({ ...step, left: step.times }),
    expire: () => this.#wire.server.sandbox.faults.expire(),
    backup: () => {
      this.#backup = this.#wire.server.backUp()
    },
    restore: ({ for: ms }) => {
      if (!this.#backup) return
      this.#away(ms)
      this.#conditions.behind.clear()
      this.#wire.server.restore(this.#backup)
      this.#backup = undefined
    },
    behind: ({ replica, lies, after = 0, for: ms }) => {
      const { scheduler, server } = this.#wire
      const { timeline } = server
      const behind = { version: server.version, until: scheduler.now + after + ms, lies }
      const begin = () => {
        if (server.timeline === timeline) this.#mapped(this.#conditions.behind, replica, behind, ms)
      }
      if (after === 0) begin()
      else this.#later(after, begin)
    },
    trap: (step) => this.#conditions.traps.push({ ...step, left: step.nth }),
    kill: ({ replica, downMs }) => this.#to(replica, (process) => this.#fleet.kill(process, downMs)),
    restart: ({ replica }) => this.#fleet.restart(replica),
    freeze: ({ replica, for: ms }) =>
      this.#to(replica, (process) => {
        process.freeze()
        this.#later(ms, () => process.thaw())
      }),
    jump: ({ replica, ms }) => this.#to(replica, (process) => process.jump(ms)),
  }

  get #conditions() {
    return this.#wire.conditions
  }

  #away(ms: number): void {
    this.#conditions.away = true
    this.#streams({}, (stream) => stream.cut())
    this.#later(ms, () => {
      this.#conditions.away = false
    })
  }

  #to(replica: string, act: (process: Process) => void): void {
    const process = this.#fleet.process(replica)
    if (process) act(process)
  }

  /** Sets an entry, and takes it away again if it is still the same. */
  #mapped<V>(map: Map<string, V>, key: string, value: V, ms: number): void {
    map.set(key, value)
    this.#later(ms, () => {
      if (map.get(key) === value) map.delete(key)
    })
  }

  #streams(
    aim: { readonly replica?: string; readonly resource?: string },
    hit: (stream: OpenWatch) => void,
  ): void {
    for (const stream of [...this.#wire.streams]) {
      const { process, resource } = stream.sent
      if ((aim.replica ?? process.replica) === process.replica && (aim.resource ?? resource) === resource)
        hit(stream)
    }
  }

  #later(ms: number, end: () => void): void {
    this.#wire.scheduler.after(ms, end)
  }
}
