type Write = (fields: Record<string, unknown>, message: string) => void

/** The part of a pino logger that the rooms use: fields first, then the sentence. */
export interface Log {
  debug: Write
  info: Write
  warn: Write
  error: Write
}
