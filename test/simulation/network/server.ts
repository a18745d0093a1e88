import type { ApiReply, ApiRequest } from '../../../sandbox/api.ts'
import { createSandbox, type InMemorySandbox } from '../../../sandbox/server.ts'
import type { Clock } from '../../../src/clock.ts'
import { epoch } from '../engine/process.ts'
import type { Scheduler } from '../engine/scheduler.ts'
import type { Sent } from './sent.ts'

/** The API server of a story: the sandbox on virtual time, and who is writing to it at this moment. */
export class Server {
  readonly sandbox: InMemorySandbox
  /** The request that is being answered; absent while people and other controllers write. */
  author: Sent | undefined

  constructor(scheduler: Scheduler) {
    const clock: Clock = {
      now: () => scheduler.now,
      wallTime: () => new Date(epoch + scheduler.now),
      after: (ms, callback) => scheduler.after(ms, callback),
    }
    let uids = 0
    const newUid = () => {
      uids += 1
      return `00000000-0000-4000-8000-${String(uids).padStart(12, '0')}`
    }
    this.sandbox = createSandbox({ controllers: false, clock, newUid })
  }

  get version(): number {
    return this.sandbox.world.store.version
  }

  get store() {
    return this.sandbox.store
  }

  handle(author: Sent, request: ApiRequest, asOf: number | undefined): ApiReply {
    this.author = author
    try {
      return this.sandbox.api.handle(request, asOf)
    } finally {
      this.author = undefined
    }
  }
}
