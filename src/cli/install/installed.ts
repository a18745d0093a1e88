import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import type { RawValues } from '../../install/coalesce.ts'
import { valuesAnnotation } from '../../install/objects/namespace.ts'
import { resourcePath } from '../../kube/resource.ts'
import { badAnswer, type Failure, refused, withFlag } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'
import { extensionSelector } from '../operator-deployment.ts'

/** The extension as it is installed. */
export interface Installed {
  readonly namespace: string
  /** The Helm release that brought it. */
  readonly release: string | undefined
}

const deployments = { group: 'apps', version: 'v1', plural: 'deployments' }
const namespaces = { group: '', version: 'v1', plural: 'namespaces' }

const annotated = z.object({
  metadata: z.object({
    namespace: z.string().default(''),
    annotations: z.record(z.string(), z.string()).catch({}),
  }),
})

/** Where the extension is installed; several places if it was installed more than once. */
export const findInstalled = (reading: Reading): Promise<Result<Installed[], Failure>> =>
  listAs(reading, { resource: deployments, labelSelector: extensionSelector }, (object) => {
    const { data } = annotated.safeParse(object)
    if (!data) return undefined
    const { namespace, annotations } = data.metadata
    return { namespace, release: annotations['meta.helm.sh/release-name'] }
  })

/** The one installation that these commands can look after, in the namespace if one is named. */
export async function theInstalled(
  reading: Reading,
  namespace: string | undefined,
): Promise<Result<Installed, Failure>> {
  const all = await findInstalled(reading)
  if (!all.ok) return all
  const here = all.value.filter((one) => namespace === undefined || one.namespace === namespace)
  const [one, ...others] = here
  if (!one) {
    const where = namespace === undefined ? '' : ` in namespace ${namespace}`
    return err(
      badAnswer(`the extension is not installed${where}`, 'install it with: linkerd-failover install'),
    )
  }
  if (others.length > 0) {
    const places = here.map((each) => each.namespace).join(', ')
    return err(
      badAnswer(
        `the extension is installed in ${places}`,
        'keep one of them',
        withFlag('namespace', 'choose one with --namespace'),
      ),
    )
  }
  if (one.release === undefined) return ok(one)
  const message = `the extension in namespace ${one.namespace} was installed by Helm`
  return err(badAnswer(message, `use: helm upgrade ${one.release} --namespace ${one.namespace}`))
}

const json = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue('not JSON')
      return z.NEVER
    }
  })
  .pipe(z.record(z.string(), z.unknown()))

/** The values that were given when it was installed, as they are written on the Namespace. */
export async function storedValues(
  { transport, signal }: Reading,
  namespace: string,
): Promise<Result<RawValues, Failure>> {
  const path = resourcePath(namespaces, undefined, namespace)
  const answer = await transport.request({ method: 'GET', path, signal })
  if (!answer.ok) return err(refused(answer.error))
  const text = annotated.safeParse(answer.value).data?.metadata.annotations[valuesAnnotation]
  if (text === undefined) return ok({})
  const read = json.safeParse(text)
  if (read.success) return ok(read.data)
  const message = `Namespace ${namespace}: the annotation ${valuesAnnotation} is not a JSON object`
  return err(badAnswer(message, 'run linkerd-failover upgrade --reset-values, and pass all values again'))
}
