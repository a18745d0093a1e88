import { stringify } from 'yaml'

/** A kubeconfig, as YAML, with one cluster and one user that shows a bearer token. */
export function kubeconfig(server: { readonly url: string; readonly ca: string }, token: string): string {
  const ca = Buffer.from(server.ca).toString('base64')
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: server.url, 'certificate-authority-data': ca } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'default' } }],
    'current-context': 'test',
  })
}
