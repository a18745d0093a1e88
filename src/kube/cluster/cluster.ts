/** What a user may say about which cluster, and as whom; the names are those of kubectl's flags. */
export type ClusterOptions = {
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly cluster?: string | undefined
  readonly user?: string | undefined
  readonly as?: string | undefined
  readonly asGroups?: readonly string[] | undefined
}

/** A list stands for a header that is sent several times (one group to impersonate each). */
export type Headers = Record<string, string | string[]>

/** How to reach one API server. Certificates may be getters: they rotate, and are fresh after `headers`. */
export type ClusterConfig = {
  /** URL, possibly with a path, without a slash at its end. */
  readonly server: string
  readonly ca?: string | Buffer | undefined
  readonly cert?: string | Buffer | undefined
  readonly key?: string | Buffer | undefined
  readonly skipTlsVerify?: boolean | undefined
  readonly tlsServerName?: string | undefined
  readonly proxyUrl?: string | undefined
  /**
   * Authorization and impersonation, fresh for each request: at once where they are at hand. Rejects where there
   * are none.
   */
  headers(): Headers | Promise<Headers>
  /** The namespace that the context or the Pod names, for commands that are told none. */
  readonly namespace?: string | undefined
  /** Where this comes from, for messages. */
  readonly source: string
}

/** The headers that ask the server to act as another user. */
export function impersonation(options: ClusterOptions): Headers {
  const groups = options.asGroups ?? []
  return {
    ...(options.as === undefined ? {} : { 'impersonate-user': options.as }),
    ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }),
  }
}
