import { err, ok, type Result } from '../../base/result.ts'
import { errorOfAnswer, type KubeError } from '../errors.ts'
import type { Answer } from './send-request.ts'

/** 2xx. */
export const isGood = (status: number) => status >= 200 && status < 300

/** The JSON of a good answer, `undefined` if it has no body. */
export function parseAnswer(what: string, text: string): Result<unknown, KubeError> {
  const value = parse(text)
  if (value === undefined && text !== '') {
    return err({ kind: 'protocol', message: `${what}: the answer is not JSON: ${text.slice(0, 200)}` })
  }
  return ok(value)
}

/** The error that any other answer is. */
export function refusal(what: string, { status, headers, text }: Answer): KubeError {
  const retryAfter = headers['retry-after']
  const seconds = typeof retryAfter === 'string' ? retryAfter : undefined
  return errorOfAnswer(what, status, parse(text) ?? text, seconds)
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
