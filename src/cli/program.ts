import { Argument, Command, CommanderError, type Option } from 'commander'
import { programName } from '../base/names.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { CommandSpec, Flags } from './command.ts'
import { check } from './commands/check.ts'
import { completion } from './commands/completion.ts'
import { dashboard } from './commands/dashboard.ts'
import { diagnostics } from './commands/diagnostics.ts'
import { drain, undrain } from './commands/drain.ts'
import { explain } from './commands/explain.ts'
import { extensionMetadata } from './commands/extension-metadata.ts'
import { history } from './commands/history.ts'
import { install, prune, uninstall, upgrade } from './commands/install.ts'
import { migrate } from './commands/migrate.ts'
import { pause, resume } from './commands/pause.ts'
import { policy } from './commands/policy.ts'
import { returnCommand } from './commands/return.ts'
import { status } from './commands/status.ts'
import { version } from './commands/version.ts'
import { whatIf } from './commands/what-if.ts'
import { type Failure, wrongUsage } from './failure.ts'
import { collect, flag, goBoolean, identity, namespaceName, spellOut } from './flags.ts'
import { addCommandHelp, addProgramHelp, defaultWidth, flagGroups } from './help.ts'

/** All commands, in the order of the list in `--help`. */
export const commands: readonly CommandSpec[] = [
  check,
  status,
  dashboard,
  explain,
  history,
  policy,
  whatIf,
  pause,
  resume,
  drain,
  undrain,
  returnCommand,
  migrate,
  diagnostics,
  install,
  upgrade,
  uninstall,
  prune,
  version,
  completion,
  extensionMetadata,
]

const listed = () => commands.filter(({ hidden }) => !hidden).map(({ name }) => name)

interface Run {
  readonly spec: CommandSpec
  readonly args: string[]
  readonly flags: Flags
  /** The names of the flags that are on the command line, as `flags` has them. */
  readonly given: ReadonlySet<string>
}

type OnRun = (run: Run) => void

/** The command line, understood: what to run with what, or a text to print instead (help). */
export type Parsed = ({ readonly kind: 'run' } & Run) | { readonly kind: 'print'; readonly text: string }

/** The flags that every command takes, by the contract of Linkerd's extensions and from the original. */
export const globalOptions = (env: Readonly<Record<string, string | undefined>>): Option[] => [
  flag('--kubeconfig <file>', 'the kubeconfig file (default: KUBECONFIG, else ~/.kube/config)'),
  flag('--context <name>', 'the context of the kubeconfig to use'),
  flag('--cluster <name>', 'the cluster of the kubeconfig to use'),
  flag('--user <name>', 'the user of the kubeconfig to use'),
  flag('--as <user>', 'the user to impersonate').argParser(identity),
  flag('--as-group <group>', 'a group to impersonate; may be repeated').argParser(
    (text: string, before?: string[]) => collect(identity(text), before),
  ),
  flag('-L, --linkerd-namespace <name>', 'the namespace of Linkerd [$LINKERD_NAMESPACE]')
    .default(env.LINKERD_NAMESPACE || 'linkerd')
    .argParser(namespaceName),
  flag('--api-addr <host:port>', 'ignored; `linkerd` passes the address of its own API'),
  ...goBoolean('--verbose', 'print each request to the API server to standard error'),
]

/**
 * Reads a command line. All errors of usage are failures; nothing is run, nothing is printed. Help is `columns` wide.
 */
export function parseCommandLine(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  columns = defaultWidth,
): Result<Parsed, Failure> {
  const printed: string[] = []
  let run: Parsed | undefined
  const program = buildProgram(env, (asked) => {
    run = { kind: 'run', ...asked }
  })
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => printed.push(text),
      writeErr: () => {},
      getOutHelpWidth: () => columns,
    })
  }
  try {
    const words = ['', 'help help'].includes(argv.join(' '))
      ? ['--help']
      : spellOut(argv, booleansOf(program))
    program.parse(words, { from: 'user' })
  } catch (problem) {
    if (!(problem instanceof CommanderError)) throw problem
    if (problem.exitCode !== 0) return err(usageError(problem, argv))
  }
  return ok(run ?? { kind: 'print', text: printed.join('') })
}

/** The whole program as commander knows it; also for the manual and for shell completion. */
export function buildProgram(env: Readonly<Record<string, string | undefined>>, onRun: OnRun): Command {
  const program = new Command(programName)
    .description(
      'Installs, checks and inspects the failover extension of Linkerd and the routes that it controls.',
    )
    .usage('COMMAND [flags]')
    .optionsGroup(flagGroups.program)
  for (const option of globalOptions(env)) program.addOption(option)
  for (const spec of commands) program.addCommand(buildCommand(spec, onRun), { hidden: spec.hidden === true })
  addProgramHelp(program, listed())
  return program
}

function buildCommand(spec: CommandSpec, onRun: OnRun): Command {
  const command = new Command(spec.name)
    .summary(spec.summary)
    .description(`${spec.summary}.\n\n${unfolded(spec.description)}`)
    .optionsGroup(flagGroups.command)
    .allowUnknownOption(spec.lenient === true)
    .allowExcessArguments(spec.lenient === true)
  for (const { term, text, choices } of spec.args ?? []) {
    const argument = new Argument(term, text)
    command.addArgument(choices ? argument.choices(choices) : argument)
  }
  for (const option of spec.flags()) command.addOption(option)
  addCommandHelp(command, spec)
  return command.action(() => {
    const flags = command.optsWithGlobals()
    const isGiven = (name: string) => command.getOptionValueSourceWithGlobals(name) === 'cli'
    onRun({ spec, args: command.args, flags, given: new Set(Object.keys(flags).filter(isGiven)) })
  })
}

/** Joins the lines of each paragraph, so that commander alone breaks them, at the width of the terminal. */
const unfolded = (text: string): string => text.replaceAll(/(?<=\S)\n(?=\S)/g, ' ')

/** The names of all flags that are Go booleans: those that have a `--no-` form. */
function booleansOf(program: Command): Set<string> {
  const all = [program, ...program.commands].flatMap(({ options }) => options)
  return new Set(all.filter(({ negate }) => negate).map(({ long }) => (long ?? '').slice('--no-'.length)))
}

function usageError({ code, message }: CommanderError, argv: readonly string[]): Failure {
  const known = commands.find(({ name }) => argv.includes(name))
  const see = `see ${programName}${known ? ` ${known.name}` : ''} --help`
  // Of the command that `help` is asked for, commander reports nothing.
  if (code === 'commander.help') return wrongUsage(`unknown command '${argv[argv.indexOf('help') + 1]}'`, see)
  return wrongUsage(message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' '), see)
}
