import type { Clock } from '../base/clock.ts'
import type { KubeRequest, Transport } from '../kube/http/transport.ts'
import type { Cluster, Stream } from './io.ts'

/** A transport that prints each request with its outcome and its time, as `--verbose` asks. */
export function printRequests(transport: Transport, stderr: Stream, clock: Clock): Transport {
  const tell = async <T extends { readonly ok: boolean }>(
    req: KubeRequest,
    answer: Promise<T>,
  ): Promise<T> => {
    const began = clock.now()
    const result = await answer
    const query = new URLSearchParams(req.query).toString()
    const path = query === '' ? req.path : `${req.path}?${query}`
    stderr.write(
      `${req.method} ${path} ${result.ok ? 'ok' : 'failed'} ${Math.round(clock.now() - began)} ms\n`,
    )
    return result
  }
  return {
    request: (req) => tell(req, transport.request(req)),
    stream: (req) => tell(req, transport.stream(req)),
    close: () => transport.close(),
  }
}

/** The same of connections to Pods. */
export function printForwards(forward: Cluster['forward'], stderr: Stream, clock: Clock): Cluster['forward'] {
  return async (to, signal) => {
    const began = clock.now()
    const result = await forward(to, signal)
    const outcome = result.ok ? 'ok' : 'failed'
    const ms = Math.round(clock.now() - began)
    stderr.write(`port ${to.port} of ${to.namespace}/${to.pod} ${outcome} ${ms} ms\n`)
    return result
  }
}
