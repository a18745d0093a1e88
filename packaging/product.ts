import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from './bundle.ts'

const manifest = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  /** An SPDX identifier. */
  license: z.string(),
})

/** What is released, as package.json says. */
export const product = manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
