import { expect, it } from 'vitest'
import { adminUrl } from './operator.ts'

it('finds the address of the admin server in its log line, and nowhere else', () => {
  const line = { level: 'info', msg: 'admin server listening', host: '127.0.0.1', port: 4711 }
  expect(adminUrl(JSON.stringify(line))).toBe('http://127.0.0.1:4711')
  expect(adminUrl(JSON.stringify({ ...line, msg: 'something else' }))).toBeUndefined()
  expect(adminUrl('not JSON')).toBeUndefined()
  expect(adminUrl('null')).toBeUndefined()
})
