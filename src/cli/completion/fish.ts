import type { FlagWords, ProgramWords } from './words.ts'

/** A fish completion file. */
export function fishScript(name: string, { commands, globals }: ProgramWords): string {
  const names = commands.map((command) => command.name).join(' ')
  const none = quote(`not __fish_seen_subcommand_from ${names}`)
  const lines = [
    `# fish completion for ${name}`,
    `complete -c ${name} -f`,
    ...commands.map(
      (command) => `complete -c ${name} -n ${none} -a ${command.name} -d ${quote(command.text)}`,
    ),
    ...globals.map((flag) => flagLine(name, flag)),
    ...commands.flatMap(({ name: command, flags, choices }) => {
      const seen = `-n ${quote(`__fish_seen_subcommand_from ${command}`)}`
      const values = choices.length > 0 ? [`complete -c ${name} ${seen} -a ${quote(choices.join(' '))}`] : []
      return [...flags.map((flag) => flagLine(name, flag, seen)), ...values]
    }),
  ]
  return `${lines.join('\n')}\n`
}

function flagLine(name: string, flag: FlagWords, seen = ''): string {
  const { short, long, text, takesValue, isFile, choices } = flag
  const free = isFile ? '-r -F' : takesValue ? '-x' : ''
  const value = choices.length > 0 ? `-x -a ${quote(choices.join(' '))}` : free
  const words = [seen, short === undefined ? '' : `-s ${short}`, `-l ${long}`, value, `-d ${quote(text)}`]
  return [`complete -c ${name}`, ...words].filter(Boolean).join(' ')
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
