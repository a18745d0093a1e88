import type { KubeObject } from '../../../sandbox/server.ts'
import type { Process } from '../engine/process.ts'
import type { Scheduler } from '../engine/scheduler.ts'
import type { Sent } from '../network/sent.ts'
import type { Server } from '../network/server.ts'
import type { Mark } from '../network/timeline.ts'
import type { Facts } from './facts.ts'
import type { FarChecker } from './far-checker.ts'
import { hedged, isHedge, readSince, waysAcross, waysBy } from './hedge.ts'
import type { Ledger } from './ledger.ts'
import type { Moments } from './moments.ts'
import type { OwnKinds } from './own-kinds.ts'
import { readRoute } from './read-route.ts'
import type { Returns } from './returns.ts'
import { judge, movesOf, type RouteWrite, routeWrite } from './route-write.ts'
import type { Moves } from './table.ts'
import type { Tenure } from './tenure.ts'
import type { View } from './view.ts'
import type { Rule } from './violation.ts'

export interface WriteJudgeOptions {
  readonly scheduler: Scheduler
  readonly server: Server
  readonly facts: Facts
  readonly far: FarChecker
  /** Absent where no replica follows Drains and policies. */
  readonly own: OwnKinds | undefined
  readonly tenure: Tenure
  readonly moments: Moments
  readonly returns: Returns
  readonly ledger: Ledger
  /** What each process that there ever was has read. */
  readonly views: ReadonlyMap<Process, View>
  readonly fail: (rule: Rule, what: string) => void
}

/** What the operator wrote to a route. */
interface Written {
  /** `trafficsplits/shop/web` */
  readonly key: string
  /** As it is by now; `undefined` if it is gone. */
  readonly object: KubeObject | undefined
  readonly author: Sent
  readonly mark: Mark
}

/** Holds each write of the operator to a route against the rules, and books what it moved. */
export class WriteJudge {
  readonly #options: WriteJudgeOptions

  constructor(options: WriteJudgeOptions) {
    this.#options = options
  }

  judge({ key, object, author, mark }: Written): void {
    const { facts, own, tenure, returns, scheduler, fail } = this.#options
    const { name } = author.process
    const asLeader = routeWrite(key, author, object && readRoute(object), facts, own?.seenBy(author))
    const isHedged = isHedge(author)
    const write = isHedged ? this.#hedged(asLeader) : asLeader
    const objection = tenure.objectionTo(author, scheduler.now)
    if (objection && !isHedged) fail('not leading', `${name} wrote ${key}: ${objection}`)
    const verdict = judge(write)
    if (verdict) fail(verdict.rule, verdict.what)
    const early = returns.objectionTo(write)
    if (early !== undefined) fail('early', `${name} wrote ${key}: ${early}`)
    this.#book(key, write, mark)
  }

  /** A standby has confirmed what it writes by reading it. */
  #hedged(write: RouteWrite): RouteWrite {
    const { facts, moments, far } = this.#options
    const readAt = readSince(write.sent)
    return hedged(write, facts, moments.at(readAt), far.momentAt(readAt))
  }

  #book(key: string, write: RouteWrite, mark: Mark): void {
    const { facts, ledger, scheduler } = this.#options
    const { sent, recognisable } = write
    const made = movesOf(write)
    if (made.moves.size + made.perhaps.size === 0) return
    const move = { key, ...made, mark, sent }
    if (!isHedge(sent)) {
      const open = { answeredAt: undefined, seenAt: undefined, whose: 'open' } as const
      ledger.transition({ ...move, recognisable, ...open })
      return
    }
    const across = waysAcross(write, facts.route(key).during(0, mark.moment))
    const others = this.#waysByOthers(write)
    const isClear = [...others.keys()].every((way) => made.moves.has(way))
    const moves = isClear ? made.moves : new Map()
    const perhaps = new Map([...made.perhaps, ...across, ...(isClear ? [] : [...made.moves, ...others])])
    ledger.hedges.made({ ...move, moves, perhaps, at: scheduler.now })
  }

  /** Ways that the move of a standby goes for other replicas, one of which reports it: they may follow other policies. */
  #waysByOthers(write: RouteWrite): Moves {
    const { own, views, scheduler, server } = this.#options
    const { now: at } = scheduler
    const { moment } = server
    const others = [...views].filter(([one]) => one.state !== 'dead' && one !== write.sent.process)
    return new Map(
      others.flatMap(([process, view]) => {
        const readings = own?.policies.seenBy({ process, at, moment, view })
        return readings ? [...waysBy(write, readings)] : []
      }),
    )
  }
}
