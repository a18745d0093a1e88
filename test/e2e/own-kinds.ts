import { expect } from 'vitest'
import { stringify } from 'yaml'
import { version } from '../../src/base/version.ts'
import { name as operatorName } from '../../src/install/manifest.ts'
import { readValues, render } from '../../src/install/render.ts'
import type { ControlPlane } from '../control-plane/control-plane.ts'
import { eventually } from './eventually.ts'

/** Runs kubectl and answers with what it printed; throws what it wrote to standard error. */
export type Kubectl = (args: readonly string[], input?: object) => Promise<string>

export const kubectlOf =
  (controlPlane: Pick<ControlPlane, 'kubectl'>): Kubectl =>
  async (args, input) => {
    const answer = await controlPlane.kubectl(args, input && stringify(JSON.parse(JSON.stringify(input))))
    if (answer.code !== 0) throw new Error(answer.stderr)
    return answer.stdout.trim()
  }

/** Applies the objects of these kinds that an installation with policies has. */
export async function applyInstalled(kubectl: Kubectl, ...kinds: readonly string[]): Promise<void> {
  const values = readValues({ policies: { enabled: true } })
  if (!values.ok) throw new Error(values.error.join())
  const objects = render(values.value, { namespace: operatorName, release: operatorName, version })
  for (const object of objects)
    if (kinds.includes(object.kind))
      await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], object)
}

export const isServed = (kubectl: Kubectl, definition: string) =>
  kubectl(['wait', '--for=condition=Established', `crd/${definition}`])

/** Those who may edit a namespace may create such objects in it, those who may view it may see them. */
export async function expectRoles(controlPlane: ControlPlane, plural: string): Promise<void> {
  const kubectl = kubectlOf(controlPlane)
  for (const role of ['edit', 'view']) {
    const binding = ['create', 'rolebinding', role, `--clusterrole=${role}`, `--user=may-${role}`]
    await kubectl([...binding, '--namespace', 'default'])
  }
  const canI = async (who: string, verb: string, namespace = 'default') => {
    const question = ['auth', 'can-i', verb, plural, '--namespace', namespace, '--as', who]
    return (await controlPlane.kubectl(question)).stdout.trim()
  }
  await eventually(async () => expect(await canI('may-edit', 'create')).toBe('yes'))
  await eventually(async () => expect(await canI('may-view', 'list')).toBe('yes'))
  expect(await canI('may-view', 'create')).toBe('no')
  expect(await canI('may-edit', 'create', operatorName)).toBe('no')
}

/** By the audit log: nothing that the operator asked for was refused, and it only watches these, and writes their status. */
export function expectOnlyAllowed(controlPlane: Pick<ControlPlane, 'audited'>, plural: string): void {
  const asked = controlPlane.audited()
  expect(asked.filter(({ responseStatus }) => responseStatus?.code === 403)).toEqual([])
  const verbs = asked.flatMap(({ verb, objectRef }) =>
    objectRef?.resource === plural ? `${verb} ${objectRef.subresource ?? ''}`.trim() : [],
  )
  expect(verbs).toEqual(expect.arrayContaining(['watch', 'patch status']))
  // It lists only if a watch cannot send what is there.
  expect(verbs.filter((verb) => !['watch', 'list', 'patch status'].includes(verb))).toEqual([])
}
