import { expect, test } from 'vitest'
import { hostPort } from './host-port.ts'

test.each([
  ['10.0.0.1', '10.0.0.1:443'],
  ['fd00::1', '[fd00::1]:443'],
  ['kubernetes.default.svc', 'kubernetes.default.svc:443'],
])('%s on port 443 is %s', (host, text) => expect(hostPort(host, 443)).toBe(text))
