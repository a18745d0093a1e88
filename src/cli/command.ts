import type { Command, Option } from 'commander'
import type { Result } from '../base/result.ts'
import type { ClusterOptions } from '../kube/cluster/cluster.ts'
import type { ExitCode, Failure } from './failure.ts'
import type { Cluster, Io } from './io.ts'

/** The global flags, which every command accepts by the contract of Linkerd's extensions. */
export interface Globals {
  readonly cluster: ClusterOptions
  /** Where Linkerd's control plane lives. */
  readonly linkerdNamespace: string
  readonly verbose: boolean
}

/** What a command is run with. */
export interface Context {
  readonly io: Io
  readonly globals: Globals
  /** The whole program as commander knows it: its name, commands and flags. */
  readonly program: () => Command
  /** The cluster that the flags name; connected once, closed when the command has ended. */
  readonly connect: () => Promise<Result<Cluster, Failure>>
  /** The same cluster as another user, by impersonation. The caller closes the transport. */
  readonly connectAs: (user: string) => Promise<Result<Cluster, Failure>>
  /** A text in which each command that it advises has those flags of this command line that belong to it. */
  readonly advised: (text: string) => string
}

/** Flags as commander parsed them, by camel-cased name; the command checks them with its own schema. */
export type Flags = Readonly<Record<string, unknown>>

/** How a command ends: with an exit code, or with a failure that is printed for it. */
export type Ending = Result<ExitCode, Failure>

/**
 * The words of a command. The file that holds them imports nothing heavy: `run` imports the work, so that
 * `--help` starts fast.
 */
export interface CommandSpec {
  readonly name: string
  /** Positional arguments, as commander writes them: `<route>`, `[shell]`, `<service...>`. */
  readonly args?: readonly { readonly term: string; readonly text: string; readonly choices?: string[] }[]
  /** One line for the list of commands. */
  readonly summary: string
  /** What help and manual say beyond the summary. */
  readonly description: string
  readonly flags: () => Option[]
  readonly examples: readonly { readonly line: string; readonly text: string }[]
  /** Left out of help, completion and manual: it is for programs. */
  readonly hidden?: boolean
  /** Unknown flags and arguments are ignored, as the contract of extensions requires of `check`. */
  readonly lenient?: boolean
  /** More for its page in the manual, in Markdown. */
  readonly manual?: () => Promise<string>
  readonly run: (context: Context, args: readonly string[], flags: Flags) => Promise<Ending>
}
