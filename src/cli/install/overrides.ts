import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { overlay, type RawValues } from '../../install/coalesce.ts'
import { haValues } from '../../install/defaults.ts'
import { readValues } from '../../install/render.ts'
import { parseSet } from '../../install/set-values.ts'
import type { Values } from '../../install/values.ts'
import type { Flags, Globals } from '../command.ts'
import { type Failure, wrongUsage } from '../failure.ts'

const texts = z.array(z.string()).default([])
const schema = z.object({ ha: z.boolean().default(false), values: texts, set: texts, setString: texts })

const file = z.record(z.string(), z.unknown()).nullable()

/**
 * The values from the flags, without the defaults. Each layer overrides the one before; `base` is the
 * lowest.
 */
export async function readOverrides(
  { linkerdNamespace }: Globals,
  given: Flags,
  base: RawValues = {},
): Promise<Result<RawValues, Failure>> {
  const flags = schema.parse(given)
  let values = linkerdNamespace === 'linkerd' ? base : overlay(base, { linkerdNamespace })
  if (flags.ha) values = overlay(values, haValues)
  for (const path of flags.values) {
    const read = await readValuesFile(path)
    if (!read.ok) return read
    values = overlay(values, read.value)
  }
  const sets = [
    ...flags.set.map((text) => ({ flag: '--set', text, typed: true })),
    ...flags.setString.map((text) => ({ flag: '--set-string', text, typed: false })),
  ]
  for (const { flag, text, typed } of sets) {
    const set = parseSet(text, typed, values)
    if (!set.ok) return err(wrongUsage(`${flag}: ${set.error}`, 'put it in quotes if your shell splits it'))
    values = set.value
  }
  return ok(values)
}

async function readValuesFile(path: string): Promise<Result<RawValues, Failure>> {
  const hint = 'pass a YAML file of values, such as values-ha.yaml of the chart'
  try {
    const read = file.safeParse(parse(await readFile(path, 'utf8'), { logLevel: 'error' }))
    if (read.success) return ok(read.data ?? {})
    return err(wrongUsage(`--values ${path} is not a map of values`, hint))
  } catch (problem) {
    const reason = problem instanceof Error ? problem.message : String(problem)
    return err(wrongUsage(`--values ${path} cannot be read: ${reason.split('\n')[0]}`, hint))
  }
}

/** The values with the defaults below them, all of them checked. */
export function checkValues(overrides: RawValues): Result<Values, Failure> {
  const read = readValues(overrides)
  if (read.ok) return read
  return err(wrongUsage(read.error.join('; '), "the chart's README lists all values"))
}
