import { describe, expect, test } from 'vitest'
import { redact, redactText } from './redact.ts'

const token = ['eyJhbGciOiJSUzI1NiJ9', 'eyJzdWIiOiJzeXN0ZW0ifQ', 'c2lnbmF0dXJl'].join('.')

describe('text', () => {
  test.each([
    [`token=${token} end`, 'token=(removed) end'],
    [`Authorization: Bearer ${token}`, 'Authorization: Bearer (removed)'],
    ['authorization: bearer opaque-token-1', 'authorization: bearer (removed)'],
    ['Authorization: Basic dXNlcjpwYXNzd29yZA==', 'Authorization: Basic (removed)'],
    ['x -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- y', 'x (removed) y'],
    ['cut off: -----BEGIN PRIVATE KEY-----\nabc', 'cut off: (removed)'],
    ['proxy http://me:secret@proxy:3128/', 'proxy http://(removed)@proxy:3128/'],
  ])('%j becomes %j', (text, clean) => {
    expect(redactText(text)).toBe(clean)
  })

  test.each([
    'TrafficSplit shop/web fails over: shop/web has 0 of 3 endpoints ready',
    'https://kubernetes.default.svc:443/api',
    'see docs/using/cli/check.md#api',
    'a basic question',
  ])('%j stays', (text) => {
    expect(redactText(text)).toBe(text)
  })
})

describe('an object', () => {
  test('loses the values of environment variables, not their names or where they come from', () => {
    const secretKeyRef = { name: 'a', key: 'b' }
    const env = [
      { name: 'TOKEN', value: 'secret' },
      { name: 'FROM', valueFrom: { secretKeyRef } },
    ]
    expect(redact({ spec: { containers: [{ name: 'web', env }] } })).toEqual({
      spec: {
        containers: [
          {
            name: 'web',
            env: [
              { name: 'TOKEN', value: '(removed)' },
              { name: 'FROM', valueFrom: { secretKeyRef } },
            ],
          },
        ],
      },
    })
  })

  test('loses what only repeats it: managed fields, and what was last applied', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"env":1}', mine: 'stays' }
    expect(redact({ metadata: { managedFields: [{}], annotations } })).toEqual({
      metadata: { annotations: { mine: 'stays' } },
    })
  })

  test('loses tokens wherever they stand', () => {
    expect(redact({ args: ['--token', token], deep: [{ er: `Bearer ${token}` }] })).toEqual({
      args: ['--token', '(removed)'],
      deep: [{ er: 'Bearer (removed)' }],
    })
  })

  test.each([
    [{ env: 'odd' }, { env: '(removed)' }],
    [{ env: ['odd'] }, { env: ['(removed)'] }],
  ])('that is odd (%j) is no way around it', (odd, clean) => {
    expect(redact(odd)).toEqual(clean)
  })

  test.each([null, 3, true, [], {}])('%j stays as it is', (value) => {
    expect(redact(value)).toEqual(value)
  })
})
