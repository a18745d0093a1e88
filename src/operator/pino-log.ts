import pino from 'pino'
import { prettyFactory } from 'pino-pretty'
import type { Clock, Timer } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Settings } from './settings.ts'

/** A line waits for others until they are so long together (characters), or for so long (ms). */
const batchLength = 8 * 1024
const batchMs = 20

/**
 * The operator's log on standard output: one JSON object a line, or plain lines with their fields. Many lines
 * are written at once, since a write for each would cost a mass failover more than its decisions. Whatever
 * ends the process but SIGKILL, the last line is written, after all others.
 */
export function createLogger(
  { logLevel, logFormat }: Pick<Settings, 'logLevel' | 'logFormat'>,
  clock: Clock,
): Log {
  const options: pino.LoggerOptions = {
    level: logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  }
  const write = inBatches(clock)
  if (logFormat === 'json') return pino(options, { write })
  const colorize = process.stdout.isTTY && process.env.NO_COLOR === undefined
  const pretty = prettyFactory({ colorize, singleLine: true, translateTime: false })
  return pino(options, { write: (line) => write(pretty(line)) })
}

/** A process that says nothing has no timer for it, and one that ends writes what is left. */
function inBatches(clock: Clock): (line: string) => void {
  let batch = ''
  let timer: Timer | undefined
  const flush = () => {
    timer?.cancel()
    timer = undefined
    if (batch !== '') output.write(batch)
    batch = ''
  }
  // Before pino's own listener, which waits for the last bytes of its destination.
  process.on('exit', flush)
  // A write that another thread still had to do would be overtaken by the last one, or never done.
  const output = pino.destination({ dest: 1, sync: true })
  return (line) => {
    batch += line
    if (batch.length >= batchLength) flush()
    else timer ??= clock.after(batchMs, flush)
  }
}
