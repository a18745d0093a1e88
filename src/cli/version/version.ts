import * as z from 'zod'
import { ok } from '../../base/result.ts'
import { version } from '../../base/version.ts'
import type { Context, Ending, Flags } from '../command.ts'
import { exitCodes } from '../failure.ts'
import { findDeployments, type OperatorDeployment } from '../operator-deployment.ts'
import { type Column, renderData, renderTable } from '../output.ts'

const schema = z.object({ client: z.boolean().default(false), output: z.enum(['table', 'json', 'yaml']) })

/** Prints both versions. A cluster without the operator is no failure: then there is none to print. */
export async function printVersion({ io, connect }: Context, flags: Flags): Promise<Ending> {
  const { client, output } = schema.parse(flags)
  const operators: OperatorDeployment[] = []
  if (!client) {
    const cluster = await connect()
    if (!cluster.ok) return cluster
    const found = await findDeployments({ ...cluster.value, signal: io.interrupted })
    if (!found.ok) return found
    operators.push(...found.value)
  }
  const known = operators.map(({ namespace, name, version }) => ({ namespace, name, version }))
  const text =
    output === 'table'
      ? asTable(known, client)
      : await renderData(output, { client: { version }, ...(client ? {} : { operators: known }) })
  io.stdout.write(text)
  return ok(exitCodes.ok)
}

interface Line {
  readonly what: string
  readonly version: string
}

const columns: readonly Column<Line>[] = [
  { title: 'PROGRAM', cell: ({ what }) => what },
  { title: 'VERSION', cell: (line) => line.version },
]

type Known = Pick<OperatorDeployment, 'namespace' | 'name' | 'version'>

function asTable(operators: readonly Known[], clientOnly: boolean): string {
  const none: Line[] = clientOnly ? [] : [{ what: 'operator', version: 'not installed' }]
  const installed = operators.map((operator) => ({
    what: `operator ${operator.namespace}/${operator.name}`,
    version: operator.version ?? 'unknown (no label app.kubernetes.io/version)',
  }))
  return renderTable(columns, [{ what: 'client', version }, ...(installed.length > 0 ? installed : none)])
}
