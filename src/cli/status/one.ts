import { err, ok, type Result } from '../../base/result.ts'
import { badAnswer, type Failure, withFlag } from '../failure.ts'
import type { RouteRef } from '../route-ref.ts'
import type { FoundStatus } from './route-status.ts'

/** Those of the routes that have this name. The failure: no such route is controlled. */
export function only(
  routes: readonly FoundStatus[],
  { text, name, codecs }: RouteRef,
  namespace = '',
): Result<readonly FoundStatus[], Failure> {
  const kinds = codecs.map(({ kind }) => kind)
  const found = routes.filter(({ facts }) => facts.name === name && kinds.includes(facts.kind))
  if (found.length > 0) return ok(found)
  return err(
    badAnswer(
      `no controlled route ${text} is in namespace ${namespace}`,
      'list the routes with linkerd-failover status -A',
      withFlag('namespace', 'choose the namespace with --namespace'),
    ),
  )
}

/** Whether requests to a route fail, or it would not fail over: what `--exit-code` reports. */
export const isBad = ({ facts: { state } }: FoundStatus): boolean =>
  state === 'dark' || state === 'misconfigured'
