import * as z from 'zod'
import { sleep } from '../../base/clock.ts'
import { ok } from '../../base/result.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { exitCodes } from '../failure.ts'
import { checksFor } from './categories.ts'
import { CheckContext } from './check-context.ts'
import type { Check, CheckFinding } from './finding.ts'
import { Printer } from './print.ts'
import { WaitingLine } from './waiting-line.ts'

const schema = z.object({
  pre: z.boolean().default(false),
  proxy: z.boolean().default(false),
  namespace: z
    .string()
    .optional()
    .transform((name) => name || undefined),
  wait: z.number(),
  output: z.enum(['table', 'json', 'short']),
})

/** Time between two attempts of a check (ms); the same as in `linkerd check`. */
const retryMs = 5_000

/** Runs all checks, one after the other, and prints each as soon as it is known. */
export async function runCheck(context: Context, given: Flags): Promise<Ending> {
  const flags = schema.parse(given)
  const { io } = context
  const checkContext = new CheckContext(context, flags.namespace)
  const printer = new Printer(context, flags.output)
  const deadline = io.clock.now() + flags.wait
  for (const [category, check] of checksFor(flags)) {
    const finding = await runUntil(check, checkContext, deadline)
    if (io.interrupted.aborted) return ok(exitCodes.interrupted)
    if (finding.result === 'skipped') continue
    printer.add({ category, check, finding })
    if (check.fatal && finding.result === 'error') break
  }
  return ok(printer.finish() ? exitCodes.ok : exitCodes.bad)
}

/** Nothing can pass later by itself if there is no operator. */
async function isNotInstalled(checkContext: CheckContext): Promise<boolean> {
  const found = await checkContext.deployments()
  return found.ok && found.value.length === 0
}

/** Runs a check; one that failed and may pass later is repeated until it does or `deadline` is reached. */
async function runUntil(check: Check, checkContext: CheckContext, deadline: number): Promise<CheckFinding> {
  const { clock, interrupted, stderr } = checkContext.command.io
  const waiting = new WaitingLine(stderr)
  for (;;) {
    const finding = await check.run(checkContext)
    waiting.clear()
    const isFinal = finding.result !== 'error' || !check.retry || (await isNotInstalled(checkContext))
    const left = deadline - clock.now()
    if (isFinal || left <= 0 || interrupted.aborted) return finding
    const [why] = finding.error.split('\n')
    waiting.show(`waiting until ${check.description}: ${why} (at most ${Math.ceil(left / 1000)} s more)`)
    await sleep(clock, Math.min(retryMs, left), interrupted)
    checkContext.forget()
  }
}
