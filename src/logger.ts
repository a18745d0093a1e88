import pino from 'pino'
import pretty from 'pino-pretty'
import type { Settings } from './config.ts'
import type { Log } from './log.ts'

/** The operator's log on standard output: one JSON object a line, or plain lines with their fields. */
export function createLogger({ logLevel, logFormat }: Pick<Settings, 'logLevel' | 'logFormat'>): Log {
  const options: pino.LoggerOptions = {
    level: logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  }
  if (logFormat === 'json') return pino(options, pino.destination({ dest: 1, sync: true }))
  const colorize = process.stdout.isTTY && process.env.NO_COLOR === undefined
  return pino(options, pretty({ colorize, singleLine: true, sync: true, translateTime: false }))
}
