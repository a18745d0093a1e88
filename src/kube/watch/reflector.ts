import { ReflectorLoop } from './reflector-loop.ts'
import type { ReflectorOptions, ReflectorState } from './reflector-state.ts'

export interface Reflector {
  /** Resolves when nothing more will be written to the store. */
  stop(): Promise<void>
  readonly state: ReflectorState
  /** Why the server could not be read, in words; '' while it can. */
  readonly complaint: string
}

/** Keeps a store equal to what the server has, until stopped. Never gives up. */
export function startReflector<T>(options: ReflectorOptions<T>): Reflector {
  const loop = new ReflectorLoop(options)
  const done = loop.run()
  return {
    stop: () => {
      loop.stop()
      return done
    },
    get complaint() {
      return loop.complaint
    },
    get state() {
      return loop.state
    },
  }
}
