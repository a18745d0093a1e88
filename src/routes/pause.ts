import * as z from 'zod'
import type { Pause, Split } from '../core/types.ts'
import type { IgnoredAnnotation } from './policy/annotations.ts'
import { quoted } from './policy/quoted.ts'
import {
  pausedAnnotation,
  pausedByAnnotation,
  pausedReasonAnnotation,
  pausedUntilAnnotation,
} from './route.ts'

type Annotations = Readonly<Record<string, string>>

/** The most characters of a name or a reason that are kept. */
const longest = 256
const time = z.iso.datetime({ offset: true })

/** Whether the annotations pause a route, and who did that, why, and until when. Only `"true"` pauses. */
export function readPause(annotations: Annotations): Pick<Split, 'paused' | 'pause'> {
  if (annotations[pausedAnnotation] !== 'true') return { paused: false }
  const pause: Pause = {
    until: readUntil(annotations),
    by: readText(annotations[pausedByAnnotation]),
    reason: readText(annotations[pausedReasonAnnotation]),
  }
  const isPlain = Object.values(pause).every((value) => value === undefined)
  return isPlain ? { paused: true } : { paused: true, pause }
}

/** An end that cannot be understood: the pause has none, so that a typo moves no traffic. */
export function ignoredPause(annotations: Annotations): readonly IgnoredAnnotation[] {
  const text = annotations[pausedUntilAnnotation]
  if (text === undefined || !readPause(annotations).paused || readUntil(annotations) !== undefined) return []
  const message = `annotation ${pausedUntilAnnotation} is ${quoted(text)} and is ignored, so the pause has no end; write a time such as 2026-12-01T06:00:00Z`
  return [{ annotation: pausedUntilAnnotation, message }]
}

function readUntil(annotations: Annotations): number | undefined {
  const { data } = time.safeParse(annotations[pausedUntilAnnotation]?.trim())
  return data === undefined ? undefined : Date.parse(data)
}

/** On one line, without what a terminal would obey. */
function readText(text: string | undefined): string | undefined {
  const line = text?.replaceAll(/\p{Cc}+/gu, ' ').trim()
  if (!line) return undefined
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}
