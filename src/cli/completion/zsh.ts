import type { CommandWords, FlagWords, ProgramWords } from './words.ts'

/** A zsh completion function, for a folder of `fpath` or to be sourced. */
export function zshScript(name: string, { commands, globals }: ProgramWords): string {
  return `#compdef ${name}

_${name}() {
  local context state state_descr line
  typeset -A opt_args
  local -a globals commands
  globals=(
${globals.map((flag) => `    ${flagSpec(flag)}`).join('\n')}
  )
  commands=(
${commands.map(({ name: command, text }) => `    ${quote(`${command}:${text}`)}`).join('\n')}
  )
  _arguments -C $globals '1: :->command' '*:: :->rest'
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case $line[1] in
${commands.map(commandCase).join('\n')}
      esac ;;
  esac
}

if [ "$funcstack[1]" = "_${name}" ]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`
}

function commandCase({ name, flags, choices }: CommandWords): string {
  const argument = choices.length > 0 ? quote(`1: :(${choices.join(' ')})`) : quote('*: :')
  const specs = [...flags.map(flagSpec), argument].join(' ')
  return `        ${name}) _arguments $globals ${specs} ;;`
}

function flagSpec({ short, long, text, takesValue, isFile, choices }: FlagWords): string {
  const values = choices.length > 0 ? `(${choices.join(' ')})` : isFile ? '_files' : ' '
  const value = takesValue ? `:${long}:${values}` : ''
  const explained = `[${text.replaceAll(/[[\]:]/g, String.raw`\$&`)}]${value}`
  if (short === undefined) return quote(`--${long}${takesValue ? '=' : ''}${explained}`)
  const equals = takesValue ? '=' : ''
  return `${quote(`(-${short} --${long})`)}{-${short},--${long}${equals}}${quote(explained)}`
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
