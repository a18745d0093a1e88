import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import { resourcePath } from '../../kube/resource.ts'
import { type Drain, drainNames, readDrain } from '../../policies/drain.ts'
import { objectKey } from '../../policies/object.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { badAnswer, exitCodes, type Failure, refused } from '../failure.ts'
import { listAs } from '../listing.ts'
import { renderData } from '../output.ts'
import { parseTarget, targetText } from './target.ts'

const schema = z.object({
  namespace: z
    .string()
    .optional()
    .transform((name) => name || undefined),
  output: z.enum(['table', 'json', 'yaml']),
})

/**
 * Deletes the named Drains. All are found before the first one is deleted, so a mistyped name changes
 * nothing.
 */
export async function undrain(
  { io, connect }: Context,
  words: readonly string[],
  given: Flags,
): Promise<Ending> {
  const flags = schema.parse(given)
  const cluster = await connect()
  if (!cluster.ok) return cluster
  const { transport } = cluster.value
  const reading = { transport, signal: io.interrupted }
  const resource = await new DiscoverySnapshot(reading).find(drainNames)
  if (!resource.ok) return err(refused(resource.error))
  if (!resource.value)
    return err(badAnswer('the cluster does not serve the kind Drain', 'nothing is drained'))
  const listed = await listAs(reading, { resource: resource.value, namespace: flags.namespace }, readDrain)
  if (!listed.ok) return listed
  const home = flags.namespace ?? cluster.value.namespace
  const chosen = chooseAll(words, listed.value, home)
  if (!chosen.ok) return chosen
  const deleted = chosen.value.map(({ namespace, name }) => ({ namespace, name }))
  for (const { namespace, name } of deleted) {
    const path = resourcePath(resource.value, namespace, name)
    const answer = await transport.request({ method: 'DELETE', path, signal: io.interrupted })
    if (!answer.ok) return err(refused(answer.error))
    if (flags.output === 'table')
      io.stdout.write(`Drain ${namespace}/${name} is deleted: its backends may serve again in 10 s\n`)
  }
  if (flags.output !== 'table') io.stdout.write(await renderData(flags.output, { deleted }))
  return ok(exitCodes.ok)
}

/** Each once. */
function chooseAll(
  words: readonly string[],
  drains: readonly Drain[],
  home: string,
): Result<readonly Drain[], Failure> {
  const chosen = new Set<Drain>()
  for (const word of words) {
    const found = choose(word, drains, home)
    if (!found.ok) return found
    chosen.add(found.value)
  }
  return ok([...chosen])
}

/** By its name, with or without its namespace, or by all that it takes out. */
function choose(word: string, drains: readonly Drain[], home: string): Result<Drain, Failure> {
  const target = parseTarget(word, home)
  const targetName = target.ok ? targetText(target.value) : undefined
  const byName = drains.filter((drain) => drain.name === word || objectKey(drain) === word)
  const byTarget = drains.filter(
    ({ spec }) => spec?.from.length === 1 && spec.from.every((one) => targetText(one) === targetName),
  )
  const [found, ...others] = byName.length > 0 ? byName : byTarget
  if (found && others.length === 0) return ok(found)
  const names = (found ? [found, ...others] : drains).map(objectKey).sort()
  const hint = names.length === 0 ? 'there are no Drains' : `choose one of: ${names.slice(0, 8).join(', ')}`
  return err(badAnswer(found ? `${word} is several Drains` : `there is no Drain ${word}`, hint))
}
