import { err, ok, type Result } from '../../base/result.ts'
import { type DrainTarget, localCluster, mostTargets } from '../../policies/drain.ts'
import { type Failure, wrongUsage } from '../failure.ts'

/** What a user can write behind `drain`, for help and hints. */
export const targetForms = 'cluster/NAME, cluster/Local, service/NAME or service/NAMESPACE/NAME'

const cluster = /^(?:cluster\/)?([a-zA-Z0-9][a-zA-Z0-9.-]*)$/
const service = /^(?:service|svc)\/(?:([a-z0-9-]+)\/)?([a-z0-9][a-z0-9.-]*)$/

/**
 * Understands what is to be drained; a word alone is a cluster. A Service without a namespace is of
 * `namespace`.
 */
export function parseTarget(text: string, namespace: string): Result<DrainTarget, Failure> {
  const [, place = namespace, name] = service.exec(text) ?? []
  if (name !== undefined) return ok({ service: `${place}/${name}` })
  const [, named] = cluster.exec(text) ?? []
  if (named === undefined) {
    return err(wrongUsage(`"${text}" cannot be drained`, `write ${targetForms}`))
  }
  return ok({ cluster: named.toLowerCase() === localCluster.toLowerCase() ? localCluster : named })
}

/** The same for several words, each once. */
export function parseTargets(
  words: readonly string[],
  namespace: string,
): Result<readonly DrainTarget[], Failure> {
  const targets = new Map<string, DrainTarget>()
  for (const word of words) {
    const target = parseTarget(word, namespace)
    if (!target.ok) return target
    targets.set(targetText(target.value), target.value)
  }
  if (targets.size <= mostTargets) return ok([...targets.values()])
  return err(wrongUsage(`${targets.size} are too many for one Drain`, `name ${mostTargets} at most`))
}

/** As a user writes it. */
export const targetText = (target: DrainTarget): string =>
  'cluster' in target ? `cluster/${target.cluster}` : `service/${target.service}`
