import { programName } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { type Resource, resourcePath } from '../../kube/resource.ts'
import { type DrainSpec, readDrain } from '../../policies/drain.ts'
import { badAnswer, type Failure, refused, withFlag } from '../failure.ts'
import type { Reading } from '../listing.ts'
import type { Planned } from './foresee.ts'
import { targetText } from './target.ts'

/** The field manager that the API server records for the writes of this command. */
const fieldManager = `${programName}-cli`

/** Whether the Drain is there already; a failure if one of its name takes out something else. */
export async function findExisting(
  { transport, signal }: Reading,
  resource: Resource,
  { namespace, name, spec }: Planned,
): Promise<Result<boolean, Failure>> {
  const path = resourcePath(resource, namespace, name)
  const answer = await transport.request({ method: 'GET', path, signal })
  if (!answer.ok) return answer.error.kind === 'notFound' ? ok(false) : err(refused(answer.error))
  const there = readDrain(answer.value).spec?.from.map(targetText) ?? []
  if (String(there) === String(spec.from.map(targetText))) return ok(true)
  const what = there.length === 0 ? 'cannot be understood' : `takes out ${there.join(', ')}`
  return err(
    badAnswer(
      `the Drain ${namespace}/${name} is there and ${what}`,
      `end it with linkerd-failover undrain ${namespace}/${name}`,
      withFlag('name', 'choose another name with --name'),
    ),
  )
}

/** Creates the Drain, or gives the one that exists a new end and reason. */
export async function writeDrain(
  { transport, signal }: Reading,
  resource: Resource,
  { namespace, name, spec }: Planned,
  exists: boolean,
): Promise<Result<void, Failure>> {
  const metadata = { namespace, name }
  const { group, version } = resource
  const asked = { signal, query: { fieldManager } }
  const body = { apiVersion: `${group}/${version}`, kind: 'Drain', metadata, spec: specObject(spec) }
  const answer = exists
    ? await transport.request({
        ...asked,
        method: 'PATCH',
        path: resourcePath(resource, namespace, name),
        contentType: 'application/merge-patch+json',
        body: { spec: body.spec },
      })
    : await transport.request({ ...asked, method: 'POST', path: resourcePath(resource, namespace), body })
  return answer.ok ? ok(undefined) : err(refused(answer.error))
}

const specObject = ({ from, until, reason, lastResort }: DrainSpec) => ({
  from: from.map((target) => {
    if ('cluster' in target) return target
    const [namespace, name] = target.service.split('/')
    return { service: { namespace, name } }
  }),
  until: new Date(until).toISOString().replace('.000', ''),
  reason,
  lastResort,
})
