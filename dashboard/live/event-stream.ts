/** One server-sent event. */
export interface StreamEvent {
  /** Its `event` field; `message` where there was none. */
  readonly type: string
  readonly data: string
  /** The last id up to this event; a reader that reconnects sends it to resume after this event. */
  readonly id: string
}

/**
 * Reads a `text/event-stream` from its pieces as they arrive, after the HTML standard. The browser's own
 * EventSource hides what this page must know: comments, by which a server shows that it is alive, and the
 * status of a refusal.
 */
export class EventStreamReader {
  #rest = ''
  #type = ''
  #data: string[] = []
  #id: string

  /** @param id the last id of an earlier connection */
  constructor(id = '') {
    this.#id = id
  }

  /** The events that `text` completes. */
  read(text: string): StreamEvent[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    return lines.flatMap((line) => this.#line(line))
  }

  #line(line: string): StreamEvent[] {
    if (line === '') return this.#dispatch()
    const [field = '', value = ''] = split(line)
    if (field === 'event') this.#type = value
    else if (field === 'data') this.#data.push(value)
    else if (field === 'id' && !value.includes('\0')) this.#id = value
    return []
  }

  #dispatch(): StreamEvent[] {
    const event = { type: this.#type || 'message', data: this.#data.join('\n'), id: this.#id }
    const isEmpty = this.#data.length === 0
    this.#type = ''
    this.#data = []
    return isEmpty ? [] : [event]
  }
}

/** A field and its value; a comment has an empty name. */
function split(line: string): [string, string] {
  const colon = line.indexOf(':')
  if (colon < 0) return [line, '']
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
}
