import { entryItem } from '../api/items.ts'
import { programName } from '../base/names.ts'
import type { Group } from './group.ts'
import type { Template } from './template.ts'

/** The format of messages to a receiver. */
export type Format = 'cloudevents' | 'slack'

/** What is sent; the same id again means the same message again. */
export interface Message {
  readonly id: string
  readonly contentType: string
  readonly body: string
}

export interface MessageOptions {
  readonly format: Format
  readonly template: Template
  /** Names this process. */
  readonly instance: string
  /** Earlier transitions that were never sent, because too many were waiting (count). */
  readonly missed: number
}

/** The most transitions that a message lists. */
const maxItems = 100

/** Escapes what would be markup for the receiver. Source for Slack: its guide, "Escaping text". */
export const escapes: Readonly<Record<Format, (value: string) => string>> = {
  cloudevents: (value) => value,
  slack: (value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
}

export const defaultTemplates: Readonly<Record<Format, string>> = {
  cloudevents: '{{headline}}: {{sentence}}',
  slack: '*{{headline}}*\n{{sentence}}\n{{routes}}',
}

/** A group as one message: a CloudEvent 1.0 in its structured JSON form, or what Slack's webhooks take. */
export function messageOf(group: Group, { format, template, instance, missed }: MessageOptions): Message {
  const [first] = group.transitions
  const text = template(group)
  if (format === 'slack') {
    const note = missed > 0 ? `\n(${missed} earlier transitions could not be sent)` : ''
    return { id: first.id, contentType: 'application/json', body: JSON.stringify({ text: text + note }) }
  }
  const { kind, namespace, name } = first.route
  const event = {
    specversion: '1.0',
    id: first.id,
    source: `/${programName}/${instance}`,
    type: group.what === 'awaiting-return' ? awaitingReturn : 'io.linkerd.failover.transition',
    ...(group.transitions.length === 1 ? { subject: `${kind}/${namespace}/${name}` } : {}),
    time: first.at.toISOString(),
    datacontenttype: 'application/json',
    data: { ...dataOf(group), text, missed },
  }
  return { id: first.id, contentType: 'application/cloudevents+json', body: JSON.stringify(event) }
}

/** A type of its own: whoever approves returns acts on it, and on nothing else. */
const awaitingReturn = 'io.linkerd.failover.awaiting-return'

/** The data for programs; transitions have the form of the JSON API. */
function dataOf({ what, cluster, transitions }: Group) {
  const last = transitions.at(-1) ?? transitions[0]
  return {
    what,
    cluster: cluster ?? null,
    count: transitions.length,
    from: transitions[0].at.toISOString(),
    to: last.at.toISOString(),
    transitions: transitions.slice(0, maxItems).map(entryItem),
  }
}
