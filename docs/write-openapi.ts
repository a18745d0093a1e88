/** Writes docs/using/openapi.json, the description of the JSON API, from the schemas that check it. */
import { writeFileSync } from 'node:fs'
import { openApi } from '../src/admin/api/openapi.ts'
import { version } from '../src/base/version.ts'

writeFileSync(
  new URL('using/openapi.json', import.meta.url),
  `${JSON.stringify(openApi(version), undefined, 2)}\n`,
)
