import { afterEach, beforeEach, expect, test } from 'vitest'
import { addDrain, followDrains } from './drains/testing/drains.ts'
import { printable, printableText } from './printable.ts'
import { Shop } from './testing/shop.ts'

const clearing = '\u001b[2J'

test.each([
  [clearing, '^[[2J'],
  ['a\u0000b\rc\u007f', 'a^@b^Mc^?'],
  ['\u009b31m', '\ufffd31m'],
  ['two\nlines\tand é😀', 'two\nlines\tand é😀'],
])('%j is %j', (text, shown) => {
  expect(printableText(text)).toBe(shown)
})

test('values that are printable are the same values', () => {
  const value = { a: [1, null, true, { b: 'text' }], c: undefined }
  expect(printable(value)).toBe(value)
  expect(printable({ a: [{ [clearing]: clearing }], b: 1 })).toEqual({ a: [{ '^[[2J': '^[[2J' }], b: 1 })
})

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
  shop.service('web', 1)
  shop.split('web', { web: 1 }, { annotations: { 'failover.linkerd.io/tiers': clearing } })
  const annotations = {
    'failover.linkerd.io/paused': 'true',
    'failover.linkerd.io/paused-by': clearing,
    'failover.linkerd.io/paused-reason': clearing,
  }
  shop.split('held', { web: 1 }, { annotations })
  followDrains(shop)
  const from = [{ service: { name: 'web' } }]
  addDrain(shop, 'shop/odd', { from, until: '2999-01-01T00:00:00Z', reason: clearing })
  shop.transition('web', clearing, new Date())
})
afterEach(() => shop.close())

test.each([
  'status',
  'status --watch',
  'explain ts/held -n shop',
  'explain ts/web -n shop',
  'policy ts/web -n shop',
  'history -n shop',
  'check --wait=0',
  'what-if --down shop/web',
  'migrate',
])('%s prints nothing of an object that a terminal would obey', async (line) => {
  const ending = new AbortController()
  const onOutput = () => ending.abort()
  const { stdout, stderr } = await shop.run(line, {
    ...(line.includes('--watch') ? { signal: ending.signal, onOutput } : {}),
  })
  expect(stdout).not.toBe('')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
})
