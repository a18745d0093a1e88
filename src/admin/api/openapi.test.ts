import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import packageJson from '../../../package.json' with { type: 'json' }
import { streamEvents } from '../../api/schema.ts'
import { openApi } from './openapi.ts'

const document = openApi(packageJson.version)

/** Every `$ref` in a JSON value. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  )
}

test('docs/using/openapi.json is the document that is served; `npm run openapi` writes it', () => {
  const written = readFileSync(new URL('../../../docs/using/openapi.json', import.meta.url), 'utf8')
  expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(document)))
})

test('every reference leads to a schema', () => {
  const known = Object.keys(document.components.schemas).map((id) => `#/components/schemas/${id}`)
  expect(references(document).filter((reference) => !known.includes(reference))).toEqual([])
  expect(known.length).toBeGreaterThan(10)
})

test('every parameter and every event of the stream is described', () => {
  const text = JSON.stringify(document)
  for (const name of ['namespace', 'cluster', 'continue', 'before'])
    expect(text).toContain(`"name":"${name}"`)
  for (const name of Object.keys(streamEvents)) {
    expect(document.paths['/api/v1/stream'].get.description).toContain(`\`${name}\``)
  }
})
