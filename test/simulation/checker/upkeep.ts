import { isObject } from '../../../sandbox/json.ts'
import { linkerdNamespace, secretName } from '../far/place.ts'
import { isDoubt } from '../network/ask.ts'
import type { Sent } from '../network/sent.ts'

/** It may read the Secret of a linked cluster, and no other. */
export const isOfManySecrets = ({ request: { path, query }, resource }: Sent): boolean =>
  resource === 'secrets' &&
  !(
    path.includes(`/namespaces/${linkerdNamespace}/`) &&
    query?.fieldSelector === `metadata.name=${secretName}`
  )

const timedReasons: readonly unknown[] = ['FightOver', 'HeldByUnknown']

/**
 * What a steady cluster costs: watches, the lease, and now and then a look at which kinds there are. And Events
 * about what nothing but time shows: that a fight over weights is over, that a hold is long.
 */
export function isUpkeep({ request, resource }: Sent): boolean {
  return (
    resource === 'leases' ||
    (resource === 'events' && isObject(request.body) && timedReasons.includes(request.body.reason)) ||
    (request.method === 'GET' &&
      (request.query?.watch === '1' || resource === 'discovery' || isDoubt(request)))
  )
}
