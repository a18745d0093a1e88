import * as z from 'zod'
import { err, ok, type Result } from '../../../base/result.ts'
import { version } from '../../../base/version.ts'
import { defaultValues } from '../../../install/defaults.ts'
import { type Kind, kinds } from '../../../install/kinds.ts'
import { name } from '../../../install/manifest.ts'
import { render } from '../../../install/render.ts'
import { clusterRules, leaseRules, policyRules, profileRules } from '../../../install/rules.ts'
import type { KubeError } from '../../../kube/errors.ts'
import type { Resource } from '../../../kube/resource.ts'
import { readinessObjects } from '../../../readiness/sources.ts'
import { codecs } from '../../../routes/codecs.ts'
import type { RouteCodec } from '../../../routes/route.ts'
import type { Reading } from '../../listing.ts'
import type { ServedKind } from '../check-context.ts'
import { bad, type Check, good, listed, skipped, warning } from '../finding.ts'

/** One action whose permission is checked, in the form of an access review. */
interface Wish {
  readonly group: string
  readonly resource: string
  readonly verb: string
  readonly namespace?: string | undefined
  readonly name?: string | undefined
}

const answerSchema = z.object({ status: z.object({ allowed: z.boolean() }) })

/** Which of these actions the API server would refuse to the user, or to `account` if it is given. */
async function refusedOf(
  { transport, signal }: Reading,
  wishes: readonly Wish[],
  account?: string,
): Promise<Result<string[], KubeError>> {
  const plural = account === undefined ? 'selfsubjectaccessreviews' : 'subjectaccessreviews'
  const subject = account === undefined ? {} : subjectOf(account)
  const refused: string[] = []
  for (const wish of wishes) {
    const [resource, subresource] = wish.resource.split('/')
    const body = { spec: { ...subject, resourceAttributes: { ...wish, resource, subresource } } }
    const path = `/apis/authorization.k8s.io/v1/${plural}`
    const answer = await transport.request({ method: 'POST', path, body, signal })
    if (!answer.ok) return err(answer.error)
    if (!answerSchema.safeParse(answer.value).data?.status.allowed) refused.push(textOf(wish))
  }
  return ok(refused)
}

/** A ServiceAccount (`namespace:name`) with the groups that it always has. */
const subjectOf = (account: string) => ({
  user: `system:serviceaccount:${account}`,
  groups: [
    'system:serviceaccounts',
    `system:serviceaccounts:${account.split(':')[0]}`,
    'system:authenticated',
  ],
})

function textOf({ verb, resource, group, namespace }: Wish): string {
  const place = namespace === undefined ? '' : ` in namespace ${namespace}`
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}${place}`
}

const toList = ({ group, plural }: Resource, namespace?: string): Wish => ({
  group,
  resource: plural,
  verb: 'list',
  namespace,
})

export const mayRead: Check = {
  id: 'may-read',
  description: 'you may read what the checks need',
  meaning:
    'Some checks cannot run. Ask for the permission to list these objects, or limit the check to one namespace with --namespace.',
  run: async (context) => {
    const [reading, kinds] = [await context.reading(), await context.kinds()]
    if (!reading.ok || !kinds.ok) return skipped
    const routes = kinds.value.map(({ resource }) => resource)
    const readiness = readinessObjects().map(({ resource }) => resource)
    const wishes = [
      ...[...routes, ...readiness].map((resource) => toList(resource, context.namespace)),
      toList({ group: 'apps', version: 'v1', plural: 'deployments' }),
    ]
    const refused = await refusedOf(reading.value, wishes)
    if (!refused.ok) return warning(`permissions cannot be checked: ${refused.error.message}`)
    return refused.value.length === 0 ? good : bad(listed('you may not:', refused.value))
  },
}

export const mayInstall: Check = {
  id: 'may-install',
  description: 'you may create the objects of the extension',
  meaning:
    'The installation would stop halfway. Ask for the permission to create these objects, or let somebody with that permission install the extension.',
  run: async (context) => {
    const reading = await context.reading()
    if (!reading.ok) return skipped
    const wishes = created().map(({ group, plural }) => ({ group, resource: plural, verb: 'create' }))
    const refused = await refusedOf(reading.value, wishes)
    if (!refused.ok) return warning(`permissions cannot be checked: ${refused.error.message}`)
    return refused.value.length === 0 ? good : bad(listed('you may not:', refused.value))
  },
}

/** The kinds of which an installation with the default values creates objects. */
function created(): Kind[] {
  const context = { namespace: name, release: name, version }
  const manifests = render(defaultValues, context).map(({ kind }) => kind)
  return kinds.filter(({ kind }) => kind === 'Namespace' || manifests.includes(kind))
}

export const operatorMayAct: Check = {
  id: 'operator-permissions',
  description: 'the operator has the permissions that it needs',
  meaning:
    'The operator cannot read routes or readiness, or cannot write weights. Compare its ClusterRole with the one in the chart; an upgrade with the chart fixes it.',
  run: async (context) => {
    const [deployment, reading, kinds] = [
      await context.deployment(),
      await context.reading(),
      await context.kinds(),
    ]
    if (!deployment || !reading.ok || !kinds.ok) return skipped
    const { namespace, serviceAccount, electsLeader, policies, writesProfiles } = deployment
    const wishes = [
      ...wishesOf(clusterRules).filter((wish) => isServed(wish, kinds.value)),
      ...(policies === undefined ? [] : wishesOf(policyRules)),
      ...(writesProfiles ? wishesOf(profileRules) : []),
      ...(electsLeader ? wishesOf(leaseRules, namespace) : []),
    ]
    const refused = await refusedOf(reading.value, wishes, `${namespace}:${serviceAccount}`)
    if (refused.ok) return refused.value.length === 0 ? good : bad(listed('it may not:', refused.value))
    const { kind, message } = refused.error
    return warning(
      `its permissions cannot be checked: ${kind === 'forbidden' ? 'you may not create subjectaccessreviews' : message}`,
    )
  },
}

/** False for a kind of route that the cluster does not serve: its permission is not needed. */
function isServed({ group, resource }: Wish, kinds: readonly ServedKind[]): boolean {
  const isCodec = ({ codec }: { codec: RouteCodec }) => codec.group === group && codec.plural === resource
  return kinds.some(isCodec) || !codecs.some((codec) => isCodec({ codec }))
}

/** Every single action that these RBAC rules allow. */
function wishesOf(rules: typeof clusterRules, namespace?: string): Wish[] {
  return rules.flatMap(({ apiGroups = [], resources = [], verbs, resourceNames = [undefined] }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) =>
          [...resourceNames].map((name): Wish => ({ group, resource, verb, namespace, name })),
        ),
      ),
    ),
  )
}
