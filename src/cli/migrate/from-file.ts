import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import type { RouteCodec } from '../../routes/route.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import { type Failure, wrongUsage } from '../failure.ts'
import type { Io } from '../io.ts'
import { type MigrationInput, portsByService, readPorts } from './input.ts'

const head = z.object({ apiVersion: z.string(), kind: z.string() })
const listOf = z.object({ items: z.array(z.unknown()) })
const place = z.looseObject({ metadata: z.looseObject({ namespace: z.string().optional() }) })

/**
 * Reads the TrafficSplits and Services of a file, or of standard input for `-`: YAML or JSON documents, and
 * Lists of them. Objects without a namespace are of `namespace`; other kinds are passed over.
 */
export async function fromFile(
  { readInput }: Pick<Io, 'readInput'>,
  file: string,
  namespace: string,
  codec: RouteCodec,
): Promise<Result<MigrationInput, Failure>> {
  let text: string
  try {
    text = file === '-' ? await readInput() : await readFile(file, 'utf8')
  } catch (problem) {
    return err(unreadable(file, problem))
  }
  const { parseAllDocuments } = await import('yaml')
  const documents = parseAllDocuments(text, { logLevel: 'error' })
  const broken = documents.flatMap(({ errors }) => errors)[0]
  if (broken) return err(unreadable(file, broken))
  const objects = documents.flatMap((document) => flatten(document.toJS())).map((it) => placed(it, namespace))
  const services = objects.filter((object) => isA(object, '', 'Service')).map(readPorts)
  return ok({
    splits: objects.filter((object) => isA(object, trafficSplit.group, trafficSplit.objectKind)),
    ports: portsByService(services.filter((ports) => ports !== undefined)),
    apiVersion: `${codec.group}/${codec.versions[0]}`,
    existing: new Set(),
    notes: [],
  })
}

function unreadable(file: string, problem: unknown): Failure {
  const why = problem instanceof Error ? problem.message.split('\n')[0] : String(problem)
  return wrongUsage(
    `${file} cannot be read: ${why}`,
    'it must contain TrafficSplits and Services in YAML or JSON',
  )
}

/** The objects of a document, which may be a List of them. */
function flatten(object: unknown): unknown[] {
  const list = head.safeParse(object).data?.kind.endsWith('List') ? listOf.safeParse(object).data : undefined
  return list ? list.items.flatMap(flatten) : [object]
}

function placed(object: unknown, namespace: string): unknown {
  const { data } = place.safeParse(object)
  return data ? { ...data, metadata: { namespace, ...data.metadata } } : object
}

/** By group and kind: any version of SMI says the same about Services and weights. */
function isA(object: unknown, group: string, kind: string): boolean {
  const { data } = head.safeParse(object)
  const [first = '', version] = data?.apiVersion.split('/') ?? []
  return data?.kind === kind && (version === undefined ? '' : first) === group
}
