import type { ApiReply, ApiRequest } from '../../../sandbox/api.ts'
import { createSandbox, type InMemorySandbox } from '../../../sandbox/server.ts'
import type { Backup } from '../../../sandbox/store.ts'
import type { Clock } from '../../../src/base/clock.ts'
import { epoch } from '../engine/process.ts'
import type { Scheduler } from '../engine/scheduler.ts'
import type { Sent } from './sent.ts'
import { Timeline } from './timeline.ts'

/** The API server of a story: the sandbox on virtual time, and who is writing to it at this moment. */
export class Server {
  readonly sandbox: InMemorySandbox
  /** The request that is being answered; absent while people and other controllers write. */
  author: Sent | undefined
  /** What changes at this moment has gone back to what a backup holds. */
  isRestoring = false
  timeline = new Timeline(0)
  #writesUntold = 2 ** 50

  /** `routes`: it has the definitions of routes. */
  constructor(scheduler: Scheduler, { routes = true } = {}) {
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
    this.sandbox = createSandbox({
      controllers: false,
      trafficSplits: routes,
      gatewayRoutes: routes,
      clock,
      newUid,
    })
  }

  get version(): number {
    return this.sandbox.world.store.version
  }

  /** The moment that the server's version is now. */
  get moment(): number {
    return this.timeline.markOf(this.version).moment
  }

  /**
   * A real cluster writes much more than a story tells of. So what follows is far ahead of the backup, and a restored
   * server never comes as far again: each time it is less by half, so that this holds whatever follows.
   */
  backUp(): Backup {
    const backup = this.sandbox.faults.backUp()
    this.#writesUntold /= 2
    this.sandbox.world.store.version += this.#writesUntold
    return backup
  }

  /** All that has happened since the backup is undone. */
  restore(backup: Backup): void {
    this.timeline = new Timeline(this.moment - backup.version + 1)
    this.isRestoring = true
    this.sandbox.faults.restore(backup)
    this.isRestoring = false
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
