import { counted } from '../../base/counted.ts'
import type { Log } from '../../base/log.ts'
import type { EventInput } from '../../kube/events/recorder.ts'
import { type FailoverPolicy, policyNames } from '../../policies/failover-policy.ts'
import { objectKey } from '../../policies/object.ts'
import type { MassEventNews } from '../write/mass-events.ts'

export interface MassEventReportsOptions {
  readonly log: Log
  readonly recordEvent: (input: EventInput) => void
  /** False while another replica leads, and reports for all. */
  readonly leads: () => boolean
  /** The policy whose limits apply; `undefined` if it is gone. */
  readonly policy: () => FailoverPolicy | undefined
  /** Called with the policy (`namespace/name`) whose status is to change. */
  readonly onChange: (policy: string) => void
}

/** Reports that a mass event is held, and that it is over: a line in the log, and an Event on the policy. */
export class MassEventReports {
  readonly #options: MassEventReportsOptions

  constructor(options: MassEventReportsOptions) {
    this.#options = options
  }

  begins({ wanting, total, percent }: MassEventNews): void {
    const note = `${wanting} of ${counted(total, 'route wants', 'routes want')} to leave backends that can serve, more than ${percent} % (limits.stopAtPercent), so none does; look for a wrong threshold or a wrong reading`
    this.#report('Warning', 'MassEvent', note)
  }

  ends(): void {
    const note =
      'fewer routes want to leave backends that can serve, or other limits apply; they are moved again'
    this.#report('Normal', 'MassEventOver', note)
  }

  #report(type: EventInput['type'], reason: string, note: string): void {
    const { log, recordEvent, leads, policy: policyOf, onChange } = this.#options
    const policy = policyOf()
    if (policy) onChange(objectKey(policy))
    if (!leads()) return
    const write = type === 'Warning' ? log.warn : log.info
    write.call(log, { policy: policy && objectKey(policy) }, `mass event: ${note}`)
    if (!policy) return
    const { namespace, name, uid } = policy
    const apiVersion = `${policyNames.group}/${policyNames.versions[0]}`
    const regarding = { apiVersion, kind: 'FailoverPolicy', namespace, name, uid }
    recordEvent({ regarding, type, reason, action: 'Hold', note })
  }
}
