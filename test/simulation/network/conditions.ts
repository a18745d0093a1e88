/** Which requests a fault hits; what is absent hits all. */
export interface Aim {
  readonly replica?: string | undefined
  readonly method?: string | undefined
  /** The resource's plural, or `discovery`. */
  readonly resource?: string | undefined
}

/** The server answers with this status instead of doing what was asked. */
export interface Rejection extends Aim {
  readonly status: number
  readonly retryAfterSeconds?: number | undefined
  left: number
}

/** A request or its answer is lost: the connection breaks at once (`cut`), or nothing comes any more (`hang`). */
export interface Loss extends Aim {
  readonly when: 'before' | 'after'
  readonly how: 'cut' | 'hang'
  left: number
}

/** A replica dies at a step of an exchange: as it sends, when the server has applied it, when it has the answer. */
export interface Trap extends Aim {
  readonly when: 'unsent' | 'sent' | 'applied' | 'answered'
  readonly downMs: number
  /** It snaps when it was reached so often. */
  left: number
}

/** The API server that a replica reaches shows an older state than others have seen. */
export interface Behind {
  readonly version: number
  /** When it has caught up (virtual ms). */
  readonly until: number
  /** True: even consistent reads show it, against the API's promise. False: they wait for it to catch up. */
  readonly lies: boolean
}

/** One exchange as far as faults care. */
export interface Asked {
  readonly replica: string
  readonly method: string
  readonly resource: string
}

/** All that is wrong with the network and the server at the moment. */
export class Conditions {
  /** The server refuses connections. */
  away = false
  refusals: Rejection[] = []
  losses: Loss[] = []
  traps: Trap[] = []
  /** Replicas whose packets are dropped both ways. */
  readonly partitioned = new Set<string>()
  /** By replica: the longest one-way delay (ms). */
  readonly slow = new Map<string, number>()
  /** By replica and resource: how much later its watch tells (ms). */
  readonly lag = new Map<string, number>()
  readonly behind = new Map<string, Behind>()

  /** Everything is well again. */
  heal(): void {
    this.away = false
    this.refusals = []
    this.losses = []
    this.traps = []
    for (const some of [this.partitioned, this.slow, this.lag, this.behind]) some.clear()
  }
}

/** The first fault that aims at this exchange and is not used up; uses it up by one. */
export function take<T extends Aim & { left: number }>(
  faults: readonly T[],
  asked: Asked,
  also: (fault: T) => boolean = () => true,
): T | undefined {
  const hit = faults.find((fault) => fault.left > 0 && aimsAt(fault, asked) && also(fault))
  if (hit) hit.left -= 1
  return hit
}

export const aimsAt = (aim: Aim, asked: Asked): boolean =>
  (aim.replica ?? asked.replica) === asked.replica &&
  (aim.method ?? asked.method) === asked.method &&
  (aim.resource ?? asked.resource) === asked.resource
