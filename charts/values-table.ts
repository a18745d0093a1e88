import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml'

interface Row {
  readonly path: string
  readonly type: string
  readonly value: string
  readonly text: string
}

/**
 * The values of a chart as a table in Markdown, read from comments as helm-docs has them: `# -- TEXT` above a key,
 * further lines as they are, `# @default -- TEXT` in place of a long default.
 *
 * @throws where a value has no such comment: then nobody knows what it is for
 */
export function valuesTable(yaml: string): string {
  const { contents } = parseDocument(yaml)
  if (!isMap(contents)) throw new Error('values.yaml is not a map')
  const cells = rowsOf(contents, []).map(({ path, type, value, text }) => [`\`${path}\``, type, value, text])
  return markdownTable([['value', 'type', 'default', 'meaning'], ...cells])
}

/** Aligned as the formatter aligns it, so that it finds nothing to change. */
function markdownTable(rows: readonly (readonly string[])[]): string {
  const safe = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))
  const widths = (safe[0] ?? []).map((_, column) =>
    Math.max(...safe.map((row) => (row[column] ?? '').length)),
  )
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`
  const [head = [], ...body] = safe
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('')
}

function rowsOf(map: YAMLMap, above: readonly string[]): Row[] {
  return map.items.flatMap((pair, index) => {
    const path = [...above, keyOf(pair)]
    // The parser gives the comment above a map's first key to the map.
    const comment = commentOf(pair) ?? (index === 0 ? (map.commentBefore ?? undefined) : undefined)
    const described = comment?.split(/^ -- /m).at(-1)
    const isDescribed = comment !== undefined && / -- /.test(comment)
    if (isDescribed && described !== undefined) return [row(path, pair, described)]
    if (isMap(pair.value) && pair.value.items.length > 0) return rowsOf(pair.value, path)
    throw new Error(`values.yaml: ${path.join('.')} has no comment that begins with "# --"`)
  })
}

function row(path: readonly string[], { value }: Pair, comment: string): Row {
  const [text = '', shown] = comment.split(/^ @default -- /m)
  const json: unknown = isNode(value) ? value.toJSON() : value
  return {
    path: path.join('.'),
    type: typeOf(json),
    value: shown === undefined ? `\`${JSON.stringify(json)}\`` : oneLine(shown),
    text: oneLine(text),
  }
}

const isNode = (value: unknown): value is { toJSON(): unknown } =>
  typeof value === 'object' && value !== null && 'toJSON' in value

const keyOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : String(key))
const commentOf = ({ key }: Pair): string | undefined =>
  isScalar(key) ? (key.commentBefore ?? undefined) : undefined
const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ').trim()

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'list'
  return value === null ? 'string' : typeof value
}
