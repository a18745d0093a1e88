import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import type { Kind } from '../../install/kinds.ts'
import { type Failure, refused } from '../failure.ts'
import { list, type Reading } from '../listing.ts'
import { extensionSelector } from '../operator-deployment.ts'

/** An object of the extension that is there: as much of it as `kubectl delete` needs. */
export interface Labelled {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

const schema = z.object({ metadata: z.object({ name: z.string(), namespace: z.string().optional() }) })

/** All objects of these kinds that carry the label of the extension, in the order of the kinds. */
export async function findLabelled(
  reading: Reading,
  kinds: readonly Kind[],
  namespace?: string,
): Promise<Result<Labelled[], Failure>> {
  const found: Labelled[] = []
  for (const kind of kinds) {
    const listed = await findOfKind(reading, kind, namespace)
    if (!listed.ok) return listed
    found.push(...listed.value)
  }
  return ok(found)
}

async function findOfKind(
  reading: Reading,
  kind: Kind,
  namespace: string | undefined,
): Promise<Result<Labelled[], Failure>> {
  let found: Labelled[] = []
  const listed = await list(
    reading,
    { resource: kind, labelSelector: extensionSelector, namespace },
    (object) => {
      const { data } = schema.safeParse(object)
      if (data) found.push(labelled(kind, data.metadata))
    },
    () => {
      found = []
    },
  )
  if (listed.ok) return ok(found)
  // Not every cluster has the Prometheus operator, or admission policies.
  return listed.error.kind === 'notFound' ? ok([]) : err(refused(listed.error))
}

const labelled = (
  { kind, group, version }: Kind,
  { name, namespace }: z.infer<typeof schema>['metadata'],
): Labelled => ({
  apiVersion: group === '' ? version : `${group}/${version}`,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
})
