import type { Document as Parsed } from 'yaml'
import * as z from 'zod'

/** One object of a file of YAML or JSON. */
export interface Document {
  readonly value: unknown
  /** Why it cannot be read; `undefined` if it can. */
  readonly problem?: string
  /** Which of several it is: `document 2`, `document 2, items[0]`; empty for the only one. */
  readonly place: string
}

const list = z.object({ kind: z.string().endsWith('List'), items: z.array(z.unknown()) })

/** The objects of a file: of its documents, and of the lists among them. Empty documents are none. */
export async function parseDocuments(text: string): Promise<readonly Document[]> {
  const { parseAllDocuments } = await import('yaml')
  const parsed = parseAllDocuments(text, { logLevel: 'error', prettyErrors: true })
  const read = [...parsed].map(readDocument).filter(({ value, problem }) => value !== null || problem)
  return read.flatMap(({ value, problem }, index) => {
    const place = read.length > 1 ? `document ${index + 1}` : ''
    return problem === undefined ? itemsOf(value, place) : [{ value, problem, place }]
  })
}

function readDocument(document: Parsed): { value: unknown; problem?: string } {
  const [error] = document.errors
  if (error) return { value: undefined, problem: unreadable(error.message) }
  try {
    return { value: document.toJS() }
  } catch (problem) {
    return { value: undefined, problem: unreadable(String(problem)) }
  }
}

function itemsOf(value: unknown, place: string): Document[] {
  const { data } = list.safeParse(value)
  if (!data) return [{ value, place }]
  const before = place === '' ? '' : `${place}, `
  return data.items.map((item, index) => ({ value: item, place: `${before}items[${index}]` }))
}

const unreadable = (message: string): string =>
  `it cannot be read: ${message.split('\n')[0]?.replace(/:$/, '')}`
