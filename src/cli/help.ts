import { Argument, type Command, type Help, type Option } from 'commander'
import { programName } from '../base/names.ts'
import { version } from '../base/version.ts'
import type { CommandSpec } from './command.ts'

/** Narrower text than this is not wrapped (characters). */
const minWidthToWrap = 20
/** The width of help off a terminal (characters). */
export const defaultWidth = 80

const helpFlag = ['-h, --help', 'print help'] as const

/** Help, `help COMMAND` and `--version` of the whole program. */
export function addProgramHelp(program: Command, names: readonly string[]): void {
  const help = program
    .createCommand('help')
    .summary('Print help for a command')
    .addArgument(new Argument('[command]', 'the command').choices([...names]))
  program
    .version(`${programName} ${version}`, '--version', 'print the version of this program')
    .helpOption(...helpFlag)
    .addHelpCommand(help)
    .configureHelp({ minWidthToWrap, subcommandTerm, visibleOptions })
    .addHelpText('after', ({ command }) => `\n${wrapped(command, more)}`)
}

const more = 'Run `help COMMAND` for more about a command. `linkerd failover COMMAND` runs it too.'

/** Help of one command, from its words. */
export function addCommandHelp(command: Command, { examples, args = [] }: CommandSpec): void {
  command
    .usage([...args.map(({ term }) => term), '[flags]'].join(' '))
    .helpOption(...helpFlag)
    .configureHelp({ minWidthToWrap, visibleOptions })
  if (examples.length > 0) command.addHelpText('after', () => `\n${examplesOf(command, examples)}`)
}

/** The sections of flags: `optionsGroup` of the program and of each command. */
export const flagGroups = { program: 'Global flags:', command: 'Flags:' } as const

/** A command that was never parsed has no width; then it is that of no terminal. */
function wrapped(command: Command, text: string, indent = ''): string {
  const width = command.configureOutput().getOutHelpWidth?.() ?? defaultWidth
  const help = command.createHelp()
  return help.boxWrap(text, width - indent.length).replaceAll(/^/gm, indent)
}

function examplesOf(command: Command, examples: CommandSpec['examples']): string {
  const lines = examples.map(
    ({ line, text }) => `${wrapped(command, text, '  # ')}\n  ${programName} ${line}`,
  )
  return ['Examples:', ...lines].join('\n')
}

const subcommandTerm = (command: Command): string => command.name()

/**
 * The flags of a command, then those of the program. Without the `--no-` forms, which are only the other
 * spelling of `--flag=false`.
 */
function visibleOptions(this: Help, command: Command): Option[] {
  const group = command.parent ? flagGroups.command : flagGroups.program
  const help = command.createOption(...helpFlag).helpGroup(group)
  const isVisible = (option: Option) => !option.hidden
  const globals = command.parent?.options.filter(isVisible) ?? []
  return [...command.options.filter(isVisible), help, ...globals]
}
