import { err, ok, type Result } from '../../base/result.ts'
import type { ClusterConfig, Headers } from '../cluster/cluster.ts'

/** The headers that say who asks; the error is whatever went wrong with them. Waits no longer than until `signal`. */
export async function credentialsOf(
  cluster: ClusterConfig,
  signal: AbortSignal,
): Promise<Result<Headers, unknown>> {
  try {
    const headers = cluster.headers()
    return ok(headers instanceof Promise ? await unlessAborted(headers, signal) : headers)
  } catch (problem) {
    return err(problem)
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(new Error('they took too long'))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
