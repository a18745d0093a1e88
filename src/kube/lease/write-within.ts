import { err } from '../../base/result.ts'
import { NotLeader } from '../http/begin-request.ts'
import type { KubeRequest, Transport } from '../http/transport.ts'

/**
 * A transport that reads as before, and writes only within `budgetMs`: how long a write that is sent now may
 * take (ms), 0 for not at all. No write starts without a budget, and none takes longer than its own.
 */
export function writeWithin(transport: Transport, budgetMs: () => number): Transport {
  return {
    stream: (req) => transport.stream(req),
    close: () => transport.close(),
    request: async (req) => {
      if (req.method === 'GET') return transport.request(req)
      const budget = budgetMs()
      if (budget <= 0) return err(new NotLeader().error(whatOf(req)))
      const timeoutMs = Math.min(req.timeoutMs ?? Number.POSITIVE_INFINITY, budget)
      return transport.request({ ...req, timeoutMs, mayStart: () => budgetMs() > 0 })
    },
  }
}

const whatOf = ({ method, path }: KubeRequest): string => `${method} ${path}`
