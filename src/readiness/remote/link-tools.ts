import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { ServiceKey } from '../../core/types.ts'
import type { ClusterConfig } from '../../kube/cluster/cluster.ts'
import type { Transport } from '../../kube/http/transport.ts'

/** What every reader of a linked cluster is made with. */
export interface LinkTools {
  /** To this cluster, whose Secrets have the credentials. */
  readonly transport: Transport
  /** Opens a way to another cluster. */
  readonly connect: (config: ClusterConfig) => Transport
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Log
  /** Called with the name of the watch and the type of each of its events. */
  readonly onEvent?: ((watch: string, type: string) => void) | undefined
  /**
   * A Service of another cluster: `turned` if it may be ready, down or unknown now where it was not, else
   * only its counts are others. When its Pods changed is not reported: the clock of another cluster wrote
   * that.
   */
  readonly onMember: (cluster: string, service: ServiceKey, turned: boolean) => void
}
