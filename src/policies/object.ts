import * as z from 'zod'
import { issueText } from './issue-words.ts'

/** What every object of our kinds has besides its spec and status. */
export interface ObjectHead {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** The server counts it up with each change of the spec. */
  readonly generation: number
  /** When it was created (epoch ms). */
  readonly createdAt: number | undefined
}

/** How an object is named: `namespace/name`. */
export const objectKey = ({ namespace, name }: Pick<ObjectHead, 'namespace' | 'name'>): string =>
  `${namespace}/${name}`

/** How a sentence names several objects: the first three, and how many more there are. */
export function namesText(objects: readonly ObjectHead[]): string {
  const names = objects.slice(0, 3).map(objectKey).join(', ')
  return objects.length > 3 ? `${names} and ${objects.length - 3} more` : names
}

const metadata = z.object({
  namespace: z.string().catch(''),
  name: z.string().catch(''),
  uid: z.string().catch(''),
  generation: z.number().catch(0),
  creationTimestamp: z.string().optional().catch(undefined),
})

const schema = z.object({
  metadata: metadata.catch({ namespace: '', name: '', uid: '', generation: 0 }),
  spec: z.unknown().optional(),
  status: z.unknown().optional(),
})

/** The parts of an object; total. */
export function readObject(object: unknown): { head: ObjectHead; spec: unknown; status: unknown } {
  const read = schema
    .catch({ metadata: metadata.parse({}), spec: undefined, status: undefined })
    .parse(object)
  const { creationTimestamp, ...head } = read.metadata
  const createdAt = creationTimestamp === undefined ? Number.NaN : Date.parse(creationTimestamp)
  return {
    head: { ...head, createdAt: Number.isNaN(createdAt) ? undefined : createdAt },
    spec: read.spec,
    status: read.status,
  }
}

/** The first thing that is wrong with a spec, and where. */
export function problemIn(error: z.ZodError): string {
  const [issue] = error.issues
  return `spec${placeIn(issue?.path ?? [])}: ${issue ? issueText(issue) : 'cannot be read'}`
}

/** A path as sentences write it: `.tiers[0].rest`. */
export const placeIn = (path: readonly PropertyKey[]): string =>
  path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
