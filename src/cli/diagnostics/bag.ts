import { redact, redactText } from './redact.ts'

export interface Item {
  readonly path: string
  readonly text: string
}

/** What was collected, and what could not be. Everything is redacted when it is added. */
export class Bag {
  readonly items: Item[] = []
  readonly missing: string[] = []

  text(path: string, text: string): void {
    this.items.push({ path, text: redactText(text) })
  }

  json(path: string, value: unknown): void {
    this.items.push({ path, text: `${JSON.stringify(redact(value), null, 2)}\n` })
  }

  /** Notes that `what` could not be collected, and why. */
  miss(what: string, why: string): void {
    this.missing.push(`${what}: ${redactText(why)}`)
  }
}
