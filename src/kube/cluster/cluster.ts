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

/** What one request shows, and what its connection is opened with. All of it can be replaced at any time. */
export interface Credentials {
  /** Authorization and impersonation. */
  readonly headers: Headers
  /** Whose certificate of the API server is trusted. */
  readonly ca?: string | Buffer | undefined
  /** The client's own certificate and its key. */
  readonly cert?: string | Buffer | undefined
  readonly key?: string | Buffer | undefined
}

/** A value at once if it is at hand, so that no request waits a turn for it; else a promise of it. */
export type Known<T> = T | Promise<T>

/** How to reach one API server. */
export type ClusterConfig = {
  /** URL, possibly with a path, without a slash at its end. */
  readonly server: string
  readonly skipTlsVerify?: boolean | undefined
  readonly tlsServerName?: string | undefined
  readonly proxyUrl?: string | undefined
  /** Asked again for each request, since tokens and certificates rotate. Rejects if there are none. */
  credentials(): Known<Credentials>
  /**
   * The API server answered 401 to these. True if `credentials` will give others, with which to ask once
   * more.
   */
  refuse?(credentials: Credentials): boolean
  /** The namespace that the context or the Pod names, for commands that are given none. */
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
