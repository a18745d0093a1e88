import type { KubeError } from '../kube/errors.ts'

/**
 * All exit codes of the command line; docs/cli/README.md shows this table.
 * `usage` and `unavailable` are those of sysexits.h, as with the operator.
 */
export const exitCodes = {
  /** It was done, and the answer is good. */
  ok: 0,
  /** It was done, and the answer is bad: a check failed, a route would go dark, what was named is not there. */
  bad: 1,
  /** The command line, or a file that it names, is wrong; nothing was asked of the cluster. */
  usage: 64,
  /** The cluster could not be asked, or refused. */
  unavailable: 69,
  /** A bug of the program itself. */
  bug: 70,
  /** Ended by Ctrl-C or SIGTERM before it was done. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Why a command ends early: printed as one line on standard error, `MESSAGE; HINT`. */
export interface Failure {
  readonly exitCode: ExitCode
  /** What is wrong, and where. */
  readonly message: string
  /** What to do about it. */
  readonly hint: string
}

/** A wrong command line, or a wrong file that it names. */
export const wrongUsage = (message: string, hint: string): Failure => ({
  exitCode: exitCodes.usage,
  message,
  hint,
})

/** What was named is not there, or says no. */
export const badAnswer = (message: string, hint: string): Failure => ({
  exitCode: exitCodes.bad,
  message,
  hint,
})

const hints: Partial<Record<KubeError['kind'], string>> = {
  unreachable: 'check the address in the kubeconfig, or choose another cluster with --context',
  timeout: 'try again; the API server was too slow or the connection was cut',
  unauthorized: 'log in to the cluster again, or choose another user with --user or --context',
  forbidden: 'ask for that permission, or limit the command to a namespace with --namespace',
}

/** What the API server, or the way to it, answered instead. */
export const refused = (error: KubeError): Failure => ({
  exitCode: exitCodes.unavailable,
  message: error.message,
  hint: hints[error.kind] ?? 'run the command again with --verbose to see each request',
})
