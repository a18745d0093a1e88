import { expect, test } from 'vitest'
import { isLoopback, urlOf } from './address.ts'

test.each([
  ['localhost', 'http://localhost:50750', true],
  ['127.0.0.1', 'http://127.0.0.1:50750', true],
  ['127.8.9.10', 'http://127.8.9.10:50750', true],
  ['::1', 'http://[::1]:50750', true],
  ['0.0.0.0', 'http://localhost:50750', false],
  ['::', 'http://localhost:50750', false],
  ['192.0.2.1', 'http://192.0.2.1:50750', false],
  ['2001:db8::1', 'http://[2001:db8::1]:50750', false],
  ['127.example.com', 'http://127.example.com:50750', false],
])('%s is found at %s; only this machine reaches it: %s', (address, url, loopback) => {
  expect({ url: urlOf(address, 50_750), loopback: isLoopback(address) }).toEqual({ url, loopback })
})
