import { err, ok, type Result } from '../../base/result.ts'
import type { ClusterConfig, Credentials } from '../cluster/cluster.ts'

/**
 * What the next request shows; the error is whatever went wrong with it. Waits no longer than until `signal`.
 */
export async function credentialsOf(
  cluster: ClusterConfig,
  signal: AbortSignal,
): Promise<Result<Credentials, unknown>> {
  try {
    const known = cluster.credentials()
    return ok(known instanceof Promise ? await unlessAborted(known, signal) : known)
  } catch (problem) {
    return err(problem)
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(new Error('they were not available in time'))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
