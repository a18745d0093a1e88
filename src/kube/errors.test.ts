import { expect, test } from 'vitest'
import { errorOfAnswer, errorOfStatus, isPassing, waitAskedBy } from './errors.ts'

test.each([
  [400, 'rejected', false],
  [401, 'unauthorized', false],
  [403, 'forbidden', false],
  [404, 'notFound', false],
  [405, 'rejected', false],
  [409, 'conflict', false],
  [410, 'expired', false],
  [413, 'rejected', false],
  [422, 'invalid', false],
  [429, 'throttled', true],
  [500, 'server', true],
  [503, 'server', true],
  [504, 'server', true],
  [302, 'protocol', false],
])('%i is %s; passing: %s', (status, kind, passing) => {
  const error = errorOfAnswer('PATCH /x', status, { kind: 'Status', message: 'the reason' })
  expect(error.kind).toBe(kind)
  expect(error.message).toBe(`PATCH /x: answered ${status}: the reason`)
  expect(isPassing(error)).toBe(passing)
  if (error.kind === 'rejected' || error.kind === 'server') expect(error.status).toBe(status)
})

test.each([
  [undefined, undefined, undefined],
  ['3', undefined, 3000],
  ['', { retryAfterSeconds: 2 }, 2000],
  [undefined, { retryAfterSeconds: 2 }, 2000],
  ['1', { retryAfterSeconds: 2 }, 1000],
  ['Wed, 21 Oct 2026 07:28:00 GMT', undefined, undefined],
  ['-1', undefined, undefined],
  ['86400', undefined, 60_000],
  [undefined, { retryAfterSeconds: 1e12 }, 60_000],
])('Retry-After %j with details %j waits %s', (header, details, ms) => {
  expect(waitAskedBy(errorOfAnswer('GET /', 429, { details }, header))).toBe(ms)
  expect(waitAskedBy(errorOfAnswer('GET /', 503, { details }, header))).toBe(ms)
})

test.each([['a proxy says no'], [undefined], [null], [{ message: 7 }], [[]]])(
  'any body will do: %j',
  (body) => {
    const error = errorOfAnswer('GET /', 502, body)
    expect(error.kind).toBe('server')
    expect(error.message).toContain(typeof body === 'string' ? body : 'answered 502')
  },
)

test.each([
  [{ kind: 'Status', code: 410, message: 'too old' }, 'expired'],
  [{ code: 429, details: { retryAfterSeconds: 1 } }, 'throttled'],
  [{ message: 'no code' }, 'protocol'],
  ['nonsense', 'protocol'],
])('an ERROR event with %j is %s', (object, kind) => {
  expect(errorOfStatus('watch', object).kind).toBe(kind)
})
