import type { KubeError } from '../kube/errors.ts'

/** All exit codes of the command line. `usage`, `unavailable` and `bug` are those of sysexits.h. */
export const exitCodes = { ok: 0, bad: 1, usage: 64, unavailable: 69, bug: 70, interrupted: 130 } as const

/** What each exit code means; the manual shows this table. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'The command ran, and found no problem.',
  bad: 'The command ran, and found a problem: a check failed, a route would go dark, or an object does not exist.',
  usage:
    'The command line, the kubeconfig or another file is wrong. No object of the cluster was read or written.',
  unavailable: 'The API server could not be reached, or refused a request.',
  bug: 'The program has a bug; please report it.',
  interrupted: 'Ctrl-C or SIGTERM ended the command before it was done.',
}

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Another way out, with flags by their names in `Flags`. */
export interface Way {
  readonly flags: readonly string[]
  readonly text: string
}

/** Why a command ends early: printed as one line on standard error, `MESSAGE; HINT`. */
export interface Failure {
  readonly exitCode: ExitCode
  /** What is wrong, and where. */
  readonly message: string
  /** What to do about it. */
  readonly hint: string
  /** What else to do, with one of these flags; printed if the command has the flags and none was given. */
  readonly way?: Way
}

/** A wrong command line, or a wrong file that it names. */
export const wrongUsage = (message: string, hint: string, way?: Way): Failure => ({
  exitCode: exitCodes.usage,
  message,
  hint,
  ...(way ? { way } : {}),
})

/** What was named is not there, or says no. */
export const badAnswer = (message: string, hint: string, way?: Way): Failure => ({
  exitCode: exitCodes.bad,
  message,
  hint,
  ...(way ? { way } : {}),
})

/** A way out with one flag. */
export const withFlag = (flag: string, text: string): Way => ({ flags: [flag], text })

type Advice = Pick<Failure, 'hint' | 'way'>

/** A request that the API server will never accept. */
const corrected: Advice = { hint: 'correct what the message names' }

const advice: Partial<Record<KubeError['kind'], Advice>> = {
  unreachable: {
    hint: 'check the address in the kubeconfig',
    way: { flags: ['context'], text: 'choose another cluster with --context' },
  },
  timeout: { hint: 'try again: the API server was too slow, or the connection broke' },
  unauthorized: {
    hint: 'log in to the cluster again',
    way: { flags: ['user', 'context'], text: 'choose another user with --user or --context' },
  },
  invalid: corrected,
  rejected: corrected,
  forbidden: {
    hint: 'ask for this permission',
    way: { flags: ['namespace'], text: 'limit the command to one namespace with --namespace' },
  },
}

const otherwise: Advice = {
  hint: 'try again',
  way: { flags: ['verbose'], text: 'run the command again with --verbose to see each request' },
}

/** What the API server, or the way to it, answered instead. */
export const refused = (error: KubeError): Failure => ({
  exitCode: exitCodes.unavailable,
  message: error.message,
  ...(advice[error.kind] ?? otherwise),
})

/** A failure as one sentence inside of other text. */
export const sentence = ({ message, hint }: Failure): string => `${message}; ${hint}`
