import pino from 'pino'
import { prettyFactory } from 'pino-pretty'
import type { Settings } from './config.ts'
import type { Log } from './log.ts'

/**
 * The operator's log on standard output: one JSON object a line, or plain lines with their fields. Lines are
 * written beside the work, since a write for each would cost a mass failover more than its decisions; whatever
 * ends the process but SIGKILL, the last line is written.
 */
export function createLogger({ logLevel, logFormat }: Pick<Settings, 'logLevel' | 'logFormat'>): Log {
  const options: pino.LoggerOptions = {
    level: logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  }
  const output = pino.destination({ dest: 1, sync: false })
  if (logFormat === 'json') return pino(options, output)
  const colorize = process.stdout.isTTY && process.env.NO_COLOR === undefined
  const pretty = prettyFactory({ colorize, singleLine: true, translateTime: false })
  return pino(options, { write: (line) => void output.write(pretty(line)) })
}
