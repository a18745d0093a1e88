import type { CommandWords, FlagWords, ProgramWords } from './words.ts'

/** A bash completion script. It needs no bash-completion package: only `complete` and `compgen`. */
export function bashScript(name: string, { commands, globals }: ProgramWords): string {
  const fn = `_${name.replaceAll('-', '_')}`
  const all = [...globals, ...commands.flatMap(({ flags }) => flags)]
  return `# bash completion for ${name}
${fn}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      ${commands.map((command) => command.name).join('|')}) command="$word"; break ;;
    esac
  done
  COMPREPLY=()
  case "$command $previous" in
${commands.flatMap(choiceCases).join('\n')}
  esac
  case "$previous" in
    ${valueFlags(all, true).join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${valueFlags(all, false).join('|')}) return ;;
  esac
  local words
  case "$command" in
    "") words="${commands.map((command) => command.name).join(' ')} ${longFlags(globals)}" ;;
${commands.map((command) => commandCase(command, globals)).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F ${fn} ${name}
`
}

/** `-o|--output`, as alternatives of a case. */
const spellings = ({ short, long }: FlagWords): string => (short ? `-${short}|--${long}` : `--${long}`)

/** The same flag may offer other values in another command. */
const choiceCases = ({ name, flags }: CommandWords): string[] =>
  flags
    .filter(({ choices }) => choices.length > 0)
    .map((flag) => {
      const words = spellings(flag).split('|')
      const patterns = words.map((word) => `"${name} ${word}"`).join('|')
      return `    ${patterns}) COMPREPLY=($(compgen -W "${flag.choices.join(' ')}" -- "$current")); return ;;`
    })

const valueFlags = (flags: readonly FlagWords[], files: boolean): string[] => {
  const free = flags.filter(
    ({ takesValue, choices, isFile }) => takesValue && choices.length === 0 && isFile === files,
  )
  return [...new Set(free.map(spellings))]
}

const longFlags = (flags: readonly FlagWords[]): string => flags.map(({ long }) => `--${long}`).join(' ')

const commandCase = ({ name, flags, choices }: CommandWords, globals: readonly FlagWords[]): string =>
  `    ${name}) words="${[...choices, longFlags(flags), longFlags(globals)].filter(Boolean).join(' ')}" ;;`
