/**
 * `npm run chart`: writes the parts of the chart that follow from others: `values.schema.json` from the
 * schema of the values, and the table of values in `README.md` from the comments of `values.yaml`.
 */
import { writeFileSync } from 'node:fs'
import { generated } from './generated.ts'

for (const [path, text] of generated()) writeFileSync(path, text)
