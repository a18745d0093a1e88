import type { Clock, Timer } from '../src/base/clock.ts'
import type { Access } from './access.ts'

/** As often as a real API server (ms). */
const everyMs = 10_000

/**
 * Renews a Lease as a real API server does for itself. So versions grow though nothing happens, and watches hear bookmarks:
 * without news there are none. Answers with what ends it.
 */
export function runPulse(store: Access, clock: Clock): () => void {
  const lease = () => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace: 'kube-system', name: 'apiserver-sandbox' },
    spec: { holderIdentity: 'sandbox', renewTime: clock.wallTime().toISOString() },
  })
  let timer: Timer
  const renewLater = () => {
    timer = clock.after(everyMs, () => {
      // Whoever plays with the sandbox may have deleted it.
      const isThere = store.get('leases', 'kube-system', 'apiserver-sandbox') !== undefined
      if (isThere) store.update(lease())
      else store.create(lease())
      renewLater()
    })
  }
  store.create(lease())
  renewLater()
  return () => timer.cancel()
}
