/**
 * Records a real run of the demo as docs/using/demo.svg: the terminal's frames as they were drawn, with their times.
 * Run: npx node docs/record-demo.ts
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { frameBegin, frameEnd } from '../sandbox/demo/screen.ts'

interface Frame {
  readonly at: number
  readonly lines: readonly string[]
}

/** A line that stands unchanged in one row for some time. */
interface Segment {
  readonly row: number
  readonly line: string
  readonly from: number
  readonly to: number
}

const columns = 82
const charWidth = 8.4
const lineHeight = 19
const padding = 14
/** Frames closer together than this are thinned out; a new step is always in the next one. */
const everyMs = 300
/** How long the last picture stands before the recording begins again. */
const restMs = 4000

const colourOf: Readonly<Record<string, string>> = {
  '2': '#7d8590',
  '31': '#f85149',
  '32': '#3fb950',
  '33': '#d29922',
  '36': '#39c5cf',
}

const escapeCode = '\x1b'
const anyCode = new RegExp(`${escapeCode}\\[[?\\d;]*[A-Za-z]`, 'g')
const colourCode = new RegExp(`(${escapeCode}\\[\\d+m)`)

/** Plays the demo as on a terminal and keeps each frame with the time it came. */
async function record(): Promise<Frame[]> {
  const demo = fileURLToPath(new URL('../sandbox/demo/main.ts', import.meta.url))
  const env = { ...process.env, FORCE_COLOR: '1', NO_COLOR: '' }
  const child = spawn(process.execPath, [demo, '--once'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const frames: Frame[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split(frameEnd)
    rest = parts.pop() ?? ''
    for (const part of parts) frames.push({ at: performance.now(), lines: linesOf(part) })
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the demo ended with exit code ${code}; nothing was recorded`)
  return frames
}

/** The lines of a frame; of the escape codes only those for colour stay. */
function linesOf(frame: string): string[] {
  const drawn = frame.slice(frame.indexOf(frameBegin) + frameBegin.length)
  const text = drawn.replaceAll(anyCode, (code) => (code.endsWith('m') ? code : ''))
  return text.replaceAll('\r', '').split('\n').slice(0, -1)
}

/** The first frame, then one whenever `everyMs` have passed, and the last; times count from the first. */
function thin(frames: readonly Frame[]): Frame[] {
  const start = frames[0]?.at ?? 0
  const kept: Frame[] = []
  for (const [index, frame] of frames.entries()) {
    const at = frame.at - start
    const due = at - (kept.at(-1)?.at ?? -everyMs) >= everyMs
    if (due || index === frames.length - 1) kept.push({ at, lines: frame.lines })
  }
  return kept
}

function segmentsOf(frames: readonly Frame[], end: number): Segment[] {
  const open = new Map<number, Segment>()
  const done: Segment[] = []
  for (const { at, lines } of frames) {
    for (const [row, line] of lines.entries()) {
      const current = open.get(row)
      if (current?.line === line) continue
      if (current) done.push({ ...current, to: at })
      open.set(row, { row, line, from: at, to: end })
    }
  }
  return [...done, ...open.values()].filter(({ line }) => line.trim() !== '')
}

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll(' ', '\u00a0')

/** A line with escape codes as spans, each at its own column so that no font can shift it. */
function spansOf(line: string): string {
  let column = 0
  let style = ''
  let spans = ''
  for (const part of line.split(colourCode)) {
    if (part.startsWith(escapeCode)) {
      const code = part.slice(2, -1)
      const colour = colourOf[code]
      style = colour ? ` fill="${colour}"` : code === '1' ? ' font-weight="bold"' : ''
    } else if (part !== '') {
      const x = padding + column * charWidth
      const length = part.length * charWidth
      spans += `<tspan x="${x.toFixed(1)}" textLength="${length.toFixed(1)}"${style}>${escapeXml(part)}</tspan>`
      column += part.length
    }
  }
  return spans
}

/** One line as text that is visible in its time only. Where nothing is animated the last picture stands. */
function drawSegment({ row, line, from, to }: Segment, end: number): string {
  const y = padding + (row + 1) * lineHeight
  const last = to >= end
  const text = (animation: string) =>
    `<text y="${y}"${last ? '' : ' visibility="hidden"'}>${spansOf(line)}${animation}</text>`
  if (from === 0 && last) return text('')
  const marks: [number, string][] = [[from / end, 'visible']]
  if (from > 0) marks.unshift([0, 'hidden'])
  if (!last) marks.push([to / end, 'hidden'])
  const values = marks.map(([, value]) => value).join(';')
  const times = marks.map(([time]) => time.toFixed(4)).join(';')
  const duration = `${(end / 1000).toFixed(2)}s`
  return text(
    `<animate attributeName="visibility" calcMode="discrete" values="${values}" keyTimes="${times}" dur="${duration}" repeatCount="indefinite"/>`,
  )
}

/** The whole recording as one animated picture. */
function drawRecording(frames: readonly Frame[]): string {
  const end = (frames.at(-1)?.at ?? 0) + restMs
  const rows = Math.max(...frames.map(({ lines }) => lines.length))
  const width = Math.ceil(columns * charWidth + 2 * padding)
  const height = (rows + 1) * lineHeight + 2 * padding
  const font = 'ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace'
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    '<title>A run of npm run demo: the primary is lost, secondaries take over, the primary returns</title>',
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    `<g font-family="${font}" font-size="14" fill="#e6edf3" xml:space="preserve">`,
    ...segmentsOf(frames, end).map((segment) => drawSegment(segment, end)),
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

const frames = thin(await record())
const file = fileURLToPath(new URL('using/demo.svg', import.meta.url))
await writeFile(file, drawRecording(frames))
process.stdout.write(`${frames.length} frames in docs/using/demo.svg\n`)
