import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { apiPage } from '../docs/api-page.ts'

/** Without what aligns tables. */
const squeezed = (text: string): string => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---').trim()

test('docs/using/api.md is what the definitions of the kinds say; `npm run api` writes it', () => {
  const written = readFileSync(new URL('../docs/using/api.md', import.meta.url), 'utf8')
  expect(squeezed(written)).toBe(squeezed(apiPage()))
})
