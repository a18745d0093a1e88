import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { defaultValues } from '../../src/install/defaults.ts'
import { name } from '../../src/install/manifest.ts'
import { namespace } from '../../src/install/objects/namespace.ts'
import { render } from '../../src/install/render.ts'
import type { Api } from './api.ts'

const context = { namespace: name, release: name, version: 'test' }
const rbac = '/apis/rbac.authorization.k8s.io/v1'

/** Where the API server keeps what gives the operator its permissions, in a namespace or in none. */
const collections = new Map([
  ['Namespace', () => '/api/v1/namespaces'],
  ['ServiceAccount', (namespace: string) => `/api/v1/namespaces/${namespace}/serviceaccounts`],
  ['ClusterRole', () => `${rbac}/clusterroles`],
  ['ClusterRoleBinding', () => `${rbac}/clusterrolebindings`],
  ['Role', (namespace: string) => `${rbac}/namespaces/${namespace}/roles`],
  ['RoleBinding', (namespace: string) => `${rbac}/namespaces/${namespace}/rolebindings`],
])

const tokenRequest = z.object({ status: z.object({ token: z.string() }) })

/**
 * Creates the operator's ServiceAccount with the permissions that an installation gives it, where they are
 * missing, also those for `linked` clusters; returns a fresh token for it.
 */
export async function grantOperator(api: Api, linked: readonly string[] = []): Promise<string> {
  const values = { ...defaultValues, multicluster: { ...defaultValues.multicluster, clusters: [...linked] } }
  for (const object of [namespace({ values, context }), ...render(values, context)]) {
    const path = collections.get(object.kind)
    const own = 'namespace' in object.metadata ? object.metadata.namespace : undefined
    if (path) await api.ensure(path(own ?? name), { ...object })
  }
  return operatorToken(api)
}

/** A token of the operator's ServiceAccount, which must be there; good for two hours. */
export async function operatorToken(api: Api): Promise<string> {
  const path = `/api/v1/namespaces/${name}/serviceaccounts/${name}/token`
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 7200 },
  }
  return (await api.post(path, request, tokenRequest)).status.token
}

/** Writes into a new folder what a Pod finds of the operator's account; returns the folder. */
export function writeServiceAccount(folder: string, token: string, ca: string): string {
  mkdirSync(folder, { recursive: true })
  const files = { token, 'ca.crt': ca, namespace: name }
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  return folder
}
