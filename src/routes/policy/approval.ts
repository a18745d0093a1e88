import * as z from 'zod'
import { returnApprovedAnnotation } from '../route.ts'
import type { IgnoredAnnotation } from './annotations.ts'
import { quoted } from './quoted.ts'

type Annotations = Readonly<Record<string, string>>

const time = z.iso.datetime({ offset: true })

/** A return from all that was lost before this time (epoch ms) is approved; `undefined` if none is. */
export function readApproval(annotations: Annotations): number | undefined {
  const { data } = time.safeParse(annotations[returnApprovedAnnotation]?.trim())
  return data === undefined ? undefined : Date.parse(data)
}

/** One that cannot be understood approves nothing, so that a typo moves no traffic. */
export function ignoredApproval(annotations: Annotations): readonly IgnoredAnnotation[] {
  const text = annotations[returnApprovedAnnotation]
  if (text === undefined || readApproval(annotations) !== undefined) return []
  const message = `annotation ${returnApprovedAnnotation} is ${quoted(text)} and is ignored, so it approves no return; write a time such as 2026-12-01T06:00:00Z`
  return [{ annotation: returnApprovedAnnotation, message }]
}
