import { expect, test } from 'vitest'
import { allowances, refusalOfAddress } from './address.ts'

test.each(['8.8.8.8', '93.184.216.34', '2606:4700::1111', '172.32.0.1', '100.128.0.1', '64:ff9b::8.8.8.8'])(
  '%s is public',
  (address) => expect(refusalOfAddress(address, [])).toBeUndefined(),
)

test.each([
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'private'],
  ['fd12::1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['64:ff9b::10.0.0.1', 'private'],
  ['64:ff9b:1::1', 'private'],
  ['127.0.0.1', 'loopback'],
  ['127.8.8.8', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
] as const)('%s is %s, and asked only where that is allowed', (address, allowance) => {
  expect(refusalOfAddress(address, [])).toContain(`"${allowance}"`)
  expect(refusalOfAddress(address, [allowance])).toBeUndefined()
  expect(
    refusalOfAddress(
      address,
      allowances.filter((other) => other !== allowance),
    ),
  ).toBeDefined()
})

test.each([
  '169.254.169.254',
  'fe80::1',
  '::ffff:169.254.169.254',
  '0.0.0.0',
  '::',
  '224.0.0.1',
  '255.255.255.255',
  'ff02::1',
  '192.0.0.192',
  '168.63.129.16',
  '100.100.100.200',
  'fd00:ec2::254',
  'fd20:ce::254',
  '64:ff9b::169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b::5',
  'no address',
])('%s is never asked', (address) => expect(refusalOfAddress(address, allowances)).toBeDefined())
