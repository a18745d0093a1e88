import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { name } from '../../install/manifest.ts'
import { preInstallation } from '../check/categories.ts'
import { CheckContext } from '../check/check-context.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { badAnswer, exitCodes, type Failure } from '../failure.ts'
import { findInstalled } from './installed.ts'
import { manifestsFor, printManifests, warningsOn } from './manifests.ts'
import { readOverrides } from './overrides.ts'

const schema = z.object({
  namespace: z.string().default(name),
  output: z.enum(['yaml', 'json']),
  ignoreCluster: z.boolean().default(false),
  skipChecks: z.boolean().default(false),
})

/**
 * Prints the objects of an installation. Fails if the extension is installed already, or if a check fails.
 */
export async function printInstall(context: Context, given: Flags): Promise<Ending> {
  const { namespace, output, ignoreCluster, skipChecks } = schema.parse(given)
  const overrides = await readOverrides(context.globals, given)
  if (!overrides.ok) return overrides
  const objects = manifestsFor(namespace, overrides.value)
  if (!objects.ok) return objects
  if (!ignoreCluster) {
    const free = await notInstalled(context)
    if (!free.ok) return free
    const checked = skipChecks ? ok(undefined) : await preInstallationChecks(context)
    if (!checked.ok) return checked
  }
  context.io.stderr.write(warningsOn(overrides.value))
  context.io.stdout.write(printManifests(objects.value, output))
  return ok(exitCodes.ok)
}

async function notInstalled({ io, connect }: Context): Promise<Result<void, Failure>> {
  const cluster = await connect()
  if (!cluster.ok) {
    const hint = `${cluster.error.hint}, or print the objects without a cluster with --ignore-cluster`
    return err({ ...cluster.error, hint })
  }
  const installed = await findInstalled({ transport: cluster.value.transport, signal: io.interrupted })
  if (!installed.ok) return installed
  const [one] = installed.value
  if (!one) return ok(undefined)
  const by = one.release === undefined ? '' : ` by Helm, as release ${one.release}`
  const hint =
    one.release === undefined ? 'use: linkerd-failover upgrade' : `use: helm upgrade ${one.release}`
  return err(badAnswer(`the extension is already installed in namespace ${one.namespace}${by}`, hint))
}

/** What `check --pre` checks. */
async function preInstallationChecks(context: Context): Promise<Result<void, Failure>> {
  const checkContext = new CheckContext(context, undefined)
  const problems: string[] = []
  for (const check of preInstallation.checks) {
    const finding = await check.run(checkContext)
    if (finding.result !== 'error') continue
    problems.push(`${check.description}: ${finding.error.replaceAll(/\s*\n\s*/g, ' ')}`)
    if (check.fatal) break
  }
  if (problems.length === 0) return ok(undefined)
  return err(
    badAnswer(`checks failed: ${problems.join('; ')}`, 'fix this, or install anyway with --skip-checks'),
  )
}
