/** Writes docs/using/api.md, the reference of our own kinds, from their definitions. */
import { writeFileSync } from 'node:fs'
import { apiPage } from './api-page.ts'

writeFileSync(new URL('using/api.md', import.meta.url), apiPage())
