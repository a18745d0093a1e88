/** The name of the other cluster, as Links and Secrets have it. */
export const farName = 'east'

/** Where Linkerd keeps the credentials of that cluster, and under which name. */
export const linkerdNamespace = 'linkerd'
export const secretName = `cluster-credentials-${farName}`

/** What a kubeconfig comes to: the address of an API server, and the token that it is to take. */
export const credentialsOf = (address: string, token: string): string => `${address} ${token}`
