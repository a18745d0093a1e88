import * as z from 'zod'

/** An empty text is one that is not given. */
const text = z.string().nullish()

/** A program that prints credentials. Source: ExecConfig of client-go's `clientcmd/api/v1`. */
const execSchema = z.object({
  apiVersion: text,
  command: text,
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  installHint: text,
  provideClusterInfo: z.boolean().nullish(),
  interactiveMode: text,
})

const userSchema = z.object({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  as: text,
  'as-groups': z.array(z.string()).nullish(),
  exec: execSchema.nullish(),
  'auth-provider': z
    .object({ name: z.string(), config: z.record(z.string(), z.string()).nullish() })
    .nullish(),
})

const clusterSchema = z.object({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': z.boolean().nullish(),
  'tls-server-name': text,
  'proxy-url': text,
  extensions: z.array(z.object({ name: z.string(), extension: z.unknown() })).nullish(),
})

const contextSchema = z.object({ cluster: text, user: text, namespace: text })

const name = z.string().min(1, 'is empty')

/**
 * The types of a kubeconfig's fields, as far as they are read. What the values must be is checked for the
 * entries that are used alone, so that an old entry is in the way of no other.
 */
export const kubeconfigSchema = z.object({
  'current-context': text,
  clusters: z.array(z.object({ name, cluster: clusterSchema })).nullish(),
  contexts: z.array(z.object({ name, context: contextSchema })).nullish(),
  users: z.array(z.object({ name, user: userSchema.nullish() })).nullish(),
})

export type KubeconfigCluster = z.infer<typeof clusterSchema>
export type KubeconfigContext = z.infer<typeof contextSchema>
export type KubeconfigUser = z.infer<typeof userSchema>
export type ExecConfig = z.infer<typeof execSchema>
