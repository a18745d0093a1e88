import type { ProbeNetwork } from '../../../src/readiness/gateways/network.ts'
import { type GatewayView, probeSettings } from '../checker/gateway-view.ts'
import type { Process } from '../engine/process.ts'
import { delay, type Wire } from '../network/wire.ts'
import type { GatewayState } from '../story/step.ts'

type Way = Omit<Wire, 'witness'>
type Heard = 'answers' | 'dropped' | { readonly trouble: string }

/** A process's way to the gateway of the other cluster, for probes; what it hears is noted in `view`. */
export function probeNetwork(
  process: Process,
  wire: Way,
  gateway: () => GatewayState,
  view: GatewayView,
): ProbeNetwork {
  const { scheduler, conditions, chance } = wire
  const random = chance(`${process.replica} probes`)
  const isCut = () => conditions.partitioned.has(process.replica)
  const travel = (arrive: () => void) => {
    scheduler.after(delay(wire, process.replica, random), () => {
      if (!isCut()) arrive()
    })
  }
  const open = () => {
    view.forget(scheduler.now)
    let waits: { readonly since: number; readonly tell: (heard: Heard) => void } | undefined
    const hear = (question: typeof waits, heard: Heard) => {
      if (waits !== question || !question) return
      waits = undefined
      if (heard === 'answers') view.answered(scheduler.now)
      else if (heard !== 'dropped') view.missed(scheduler.now, scheduler.now - question.since)
      question.tell(heard)
    }
    return {
      ask: () =>
        new Promise<Heard>((tell) => {
          const question = { since: scheduler.now, tell }
          waits = question
          travel(() => {
            const state = gateway()
            if (state === 'hangs') return
            const heard: Heard = state === 'alive' ? 'answers' : { trouble: 'connection refused' }
            travel(() => process.enter(() => hear(question, heard)))
          })
        }),
      drop: () => {
        const since = waits?.since
        const isTooLate = since !== undefined && scheduler.now - since >= probeSettings.timeoutMs
        if (isTooLate) view.missed(scheduler.now, scheduler.now - since)
        else view.forget(scheduler.now)
        hear(waits, 'dropped')
      },
    }
  }
  return { open, resolve: () => Promise.reject(new Error('no name leads to a gateway')) }
}
