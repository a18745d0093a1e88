/**
 * `node docs/generate-cli.ts`: writes the manual of the command line, a page per command, from the program
 * itself. `npm test` fails where a page is not what the program says.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Option } from 'commander'
import { programName } from '../src/base/names.ts'
import type { CommandSpec } from '../src/cli/command.ts'
import { exitCodeMeanings, exitCodes } from '../src/cli/failure.ts'
import { buildProgram, commands } from '../src/cli/program.ts'

export const folder = join(import.meta.dirname, 'using', 'cli')

/** All pages by file name. */
export async function pages(): Promise<ReadonlyMap<string, string>> {
  const listed = commands.filter(({ hidden }) => !hidden)
  const manuals = await Promise.all(
    listed.map(async (spec): Promise<[string, string]> => [`${spec.name}.md`, await page(spec)]),
  )
  return new Map([['README.md', overview(listed)], ...manuals])
}

const generated =
  '<!-- Written by docs/generate-cli.ts from the program. Change the program, not this page. -->'

function overview(listed: readonly CommandSpec[]): string {
  const meanings = Object.entries(exitCodeMeanings)
  const codes = Object.entries(exitCodes).map(([name, code]) => [
    String(code),
    meanings.find(([key]) => key === name)?.[1] ?? '',
  ])
  return lines(
    `# ${programName}`,
    generated,
    'The command line of the extension. It works on the cluster of your kubeconfig, with your own permissions, and needs no operator to run. As an extension of Linkerd it is also `linkerd failover COMMAND`.',
    '## Commands',
    table(
      ['command', 'what it does'],
      listed.map(({ name, summary }) => [`[${name}](${name}.md)`, summary]),
    ),
    '## Flags of every command',
    flagTable(buildProgram({}, () => {}).options),
    'A route is named as kubectl names objects: `trafficsplit/web`, `trafficsplit web`, `ts/web`, `httproutes.gateway.networking.k8s.io/web`. `pause` and `resume` take several. A name alone is a route of any kind.',
    '`help COMMAND` and `COMMAND --help` print the text of its page at the width of your terminal.',
    'Booleans can be written as Go programs write them: `--verbose=false`. Durations are like `90s`, `5m0s` or `1.5h`.',
    '## Kubeconfig',
    'A kubeconfig is read as kubectl reads it: several files in `KUBECONFIG`, client certificates, tokens, files of tokens, exec plugins (of `client.authentication.k8s.io/v1` and `v1beta1`) and OIDC. Without a `proxy-url` the variables `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are used. SOCKS proxies are not supported.',
    '## Output',
    'Answers go to standard output; errors, progress and what `--verbose` prints go to standard error. Colours are used on a terminal only, and never where `NO_COLOR` is set. An error is one line: what is wrong, then what to do.',
    '## Exit codes',
    table(['code', 'meaning'], codes),
  )
}

async function page(spec: CommandSpec): Promise<string> {
  const more = await spec.manual?.()
  const args = spec.args ?? []
  const flags = spec.flags().filter((option) => !option.hidden)
  const usage = [programName, spec.name, ...args.map(({ term }) => term), '[flags]'].join(' ')
  const terms = args.map(({ term, text, choices }) => [code(term), withChoices(text, choices)])
  const examples = spec.examples.map(({ line, text }) => `# ${text}\n${programName} ${line}`)
  return lines(
    `# ${programName} ${spec.name}`,
    generated,
    `${spec.summary}.`,
    fence(usage, ''),
    ...paragraphs(spec.description),
    ...(terms.length > 0 ? ['## Arguments', table(['argument', 'meaning'], terms)] : []),
    ...(flags.length > 0 ? ['## Flags', flagTable(flags)] : []),
    'And the [flags of every command](README.md#flags-of-every-command).',
    ...(examples.length > 0 ? ['## Examples', fence(examples.join('\n\n'), 'sh')] : []),
    ...(more === undefined ? [] : [more]),
  )
}

/** Indented blocks of a description are shown as they are; the rest is flowing text. */
function paragraphs(text: string): string[] {
  const blocks: string[] = []
  for (const part of text.split('\n\n')) {
    const indented = part.split('\n').every((line) => line.startsWith('  '))
    blocks.push(indented ? fence(part.replaceAll(/^ {2}/gm, ''), 'yaml') : part)
  }
  return blocks
}

const flagTable = (options: readonly Option[]): string =>
  table(
    ['flag', 'default', 'meaning'],
    options
      .filter((option) => !option.hidden)
      .map(({ flags, description, defaultValue, defaultValueDescription, argChoices }) => [
        code(flags),
        defaultValue === undefined ? '' : code(defaultValueDescription ?? String(defaultValue)),
        withChoices(description, argChoices),
      ]),
  )

const withChoices = (text: string, choices: readonly string[] | undefined): string =>
  choices ? `${text}: ${choices.map(code).join(', ')}` : text

const code = (text: string): string => `\`${text}\``
const fence = (text: string, language: string): string => `\`\`\`${language}\n${text}\n\`\`\``

/** With its columns aligned, as the formatter of this repository wants them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[], fill = ' ') =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width, fill)).join(' | ')} |`
  const [titles = [], ...body] = cells
  return [line(titles), line([], '-'), ...body.map((row) => line(row))].join('\n')
}

const lines = (...blocks: readonly string[]): string =>
  `${blocks
    .flatMap((block) => (block.startsWith('```') ? [block] : block.split('\n\n')))
    .map(flowing)
    .join('\n\n')}\n`

const width = 112

/** Flowing text in lines that can be read; code in line and links stay whole. Other blocks are as they were. */
function flowing(block: string): string {
  if (/^(#|\||```|<!--|- |\d+\. )/.test(block)) return block
  const words = block.match(/(?:\[[^\]]*\]\([^)\s]*\)|`[^`]+`|\S)+/g) ?? []
  const [first = '', ...rest] = words
  const wrapped = [first]
  for (const word of rest) {
    const line = `${wrapped.at(-1)} ${word}`
    if (line.length <= width) wrapped[wrapped.length - 1] = line
    else wrapped.push(word)
  }
  return wrapped.join('\n')
}

async function write(): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const wanted = await pages()
  for (const file of readdirSync(folder)) if (!wanted.has(file)) rmSync(join(folder, file))
  for (const [file, text] of wanted) writeFileSync(join(folder, file), text)
}

if (import.meta.main) await write()
