import type { Command, Option } from 'commander'

/** A flag as a shell completes it. */
export interface FlagWords {
  /** Without the dash. */
  readonly short: string | undefined
  /** Without the dashes. */
  readonly long: string
  readonly text: string
  readonly takesValue: boolean
  /** Its value is the name of a file. */
  readonly isFile: boolean
  /** The values that it takes, where only some are allowed. */
  readonly choices: readonly string[]
}

export interface CommandWords {
  readonly name: string
  readonly text: string
  readonly flags: readonly FlagWords[]
  /** What its argument may be, where only some are allowed. */
  readonly choices: readonly string[]
}

/** All that can be completed: the commands that help lists, and the flags of all commands. */
export interface ProgramWords {
  readonly commands: readonly CommandWords[]
  readonly globals: readonly FlagWords[]
}

export function wordsOf(program: Command): ProgramWords {
  const commands = program.createHelp().visibleCommands(program)
  return {
    commands: commands.map((command) => ({
      name: command.name(),
      text: command.summary(),
      flags: flagsOf(command),
      choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    })),
    globals: [
      ...flagsOf(program),
      { short: 'h', long: 'help', text: 'print help', takesValue: false, isFile: false, choices: [] },
    ],
  }
}

const flagsOf = ({ options }: Command): FlagWords[] =>
  options.filter((option) => !option.hidden).map(flagWords)

const flagWords = ({ short, long, flags, description, required, argChoices }: Option): FlagWords => ({
  short: short?.slice(1),
  long: (long ?? '').slice(2),
  text: description,
  takesValue: required,
  isFile: flags.includes('<file>'),
  choices: argChoices ?? [],
})
