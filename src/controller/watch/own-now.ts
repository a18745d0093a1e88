import { ok, type Result } from '../../base/result.ts'
import type { Names } from '../../kube/discovery.ts'
import type { KubeError } from '../../kube/errors.ts'
import { resourcePath } from '../../kube/resource.ts'
import type { ReadCache } from '../../kube/watch/joined-cache.ts'
import { listPages } from '../../kube/watch/pages.ts'
import { compareResourceVersions } from '../../kube/watch/store.ts'
import { readHead } from '../../kube/watch/watch-event.ts'
import type { ReadNow } from '../../readiness/read-now.ts'

/** The cache of one of our own kinds, and where its objects that are for all routes are. */
export interface OwnCache {
  readonly names: Names
  readonly rootNamespace: string
  readonly reader: ReadCache<unknown>['reader']
}

/**
 * Whether the caches know everything that the API server has of our own kinds for the routes of a namespace: consistent
 * reads. A watch that hangs looks right for minutes, and shows no Drain that forbids a move. The error is that of the
 * first read that failed.
 */
export async function isOwnCurrent(
  caches: readonly OwnCache[],
  namespace: string,
  reading: ReadNow,
): Promise<Result<boolean, KubeError>> {
  const answers = await Promise.all(
    caches.flatMap((cache) =>
      [...new Set([cache.rootNamespace, namespace])].map((place) => isCurrent(cache, place, reading)),
    ),
  )
  return answers.find((answer) => !answer.ok) ?? ok(answers.every((answer) => answer.ok && answer.value))
}

async function isCurrent(
  { names, reader }: OwnCache,
  namespace: string,
  { transport, signal }: ReadNow,
): Promise<Result<boolean, KubeError>> {
  const { group, plural, versions } = names
  const path = resourcePath({ group, plural, version: versions[0] ?? '' }, namespace)
  const listed = new Map<string, string>()
  const answer = await listPages(transport, path, {}, signal, (object) => {
    const head = readHead(object)
    if (head) listed.set(head.key, head.resourceVersion)
  })
  // A kind that is not served has no objects.
  if (!answer.ok && answer.error.kind !== 'notFound') return answer
  const isNewer = (key: string, than: string) =>
    compareResourceVersions(reader.resourceVersionOf(key) ?? '', than) > 0
  const known = [...reader.entries()].map(([key]) => key).filter((key) => key.startsWith(`${namespace}/`))
  const isNoneGone = known.every((key) => listed.has(key) || (answer.ok && isNewer(key, answer.value)))
  const isNoneMissed = [...listed].every(
    ([key, version]) => reader.resourceVersionOf(key) === version || isNewer(key, version),
  )
  return ok(isNoneGone && isNoneMissed)
}
