import { accountOf } from '../core/account.ts'
import { unknownBecause } from '../core/readiness.ts'
import { namespaceOf, type Readiness, type ServiceKey } from '../core/types.ts'
import type { Backends, Called } from './backends.ts'

/**
 * If only some namespaces are watched, Services of all others are unknown: without their objects they look
 * deleted.
 */
export function watchedOnly({ of, account }: Backends, namespaces: readonly string[] | undefined): Backends {
  if (namespaces === undefined) return { of, account }
  const isWatched = ({ service }: Called) => namespaces.includes(namespaceOf(service))
  return {
    of: (called) => (isWatched(called) ? of(called) : unwatched(called.service)),
    account: (called) =>
      isWatched(called) ? account(called) : accountOf(called.service, unwatched(called.service)),
  }
}

const unwatched = (service: ServiceKey): Readiness =>
  unknownBecause(`the Service ${service} in this cluster is not known: its namespace is not watched`)
