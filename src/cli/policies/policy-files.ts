import { readFile } from 'node:fs/promises'
import { counted } from '../../base/counted.ts'
import { docsAddress } from '../../base/docs.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Drain } from '../../policies/drain.ts'
import type { FailoverPolicy } from '../../policies/failover-policy.ts'
import { objectKey } from '../../policies/object.ts'
import { type Failure, wrongUsage } from '../failure.ts'
import type { Io } from '../io.ts'
import { printableText } from '../printable.ts'
import { type Document, parseDocuments } from './documents.ts'
import { readOwnObject } from './own-object.ts'

/** An object of a file, and where in it: `cart.yaml, document 2`. */
export interface FromFile<T> {
  readonly object: T
  readonly source: string
}

/** The policies and Drains of files. */
export interface PolicyFiles {
  readonly policies: readonly FromFile<FailoverPolicy>[]
  readonly drains: readonly FromFile<Drain>[]
  /** What else is in the files, as a sentence; `undefined` if there is nothing else. */
  readonly leftOut: string | undefined
}

/**
 * Reads files of FailoverPolicies and Drains; `-` is standard input. An object without a namespace is of `namespace`. The
 * failure names all that is wrong in all files.
 */
export async function readPolicyFiles(
  files: readonly string[],
  namespace: string,
  { readInput }: Pick<Io, 'readInput'>,
): Promise<Result<PolicyFiles, Failure>> {
  const found = new Found(namespace)
  for (const file of new Set(files)) {
    const text = await textOf(file, readInput)
    if (!text.ok) return text
    found.seeFile(file === '-' ? 'standard input' : file, await parseDocuments(text.value))
  }
  const { policies, drains, others, problems } = found
  if (problems.length > 0) return err(wrongFiles(problems))
  const kinds = [...new Set(others)].join(', ')
  const count = counted(others.length, 'object')
  const leftOut = others.length > 0 ? `${count} of other kinds in the files left out: ${kinds}` : undefined
  return ok({ policies, drains, leftOut })
}

async function textOf(file: string, readInput: Io['readInput']): Promise<Result<string, Failure>> {
  try {
    return ok(file === '-' ? await readInput() : await readFile(file, 'utf8'))
  } catch (problem) {
    const why = problem instanceof Error ? problem.message : String(problem)
    return err(wrongUsage(`${file} cannot be read: ${why}`, 'name a file, or - for standard input'))
  }
}

const wrongFiles = (problems: readonly string[]): Failure =>
  wrongUsage(
    printableText(problems.join('; ')),
    `correct the files; ${docsAddress}using/api.md describes every field`,
  )

/** What was found in files so far. */
class Found {
  readonly policies: FromFile<FailoverPolicy>[] = []
  readonly drains: FromFile<Drain>[] = []
  /** The kinds of all other objects. */
  readonly others: string[] = []
  readonly problems: string[] = []
  readonly #namespace: string
  /** Where each policy and Drain is. */
  readonly #sources = new Map<string, string>()

  constructor(namespace: string) {
    this.#namespace = namespace
  }

  /** Takes the objects of one file. */
  seeFile(file: string, documents: readonly Document[]): void {
    const isOwn = documents.map((document) => {
      const source = document.place === '' ? file : `${file}, ${document.place}`
      return this.#see(document, source)
    })
    if (!isOwn.includes(true)) this.problems.push(`${file}: there is no FailoverPolicy and no Drain in it`)
  }

  /** False for an object of another kind. */
  #see({ value, problem }: Document, source: string): boolean {
    if (problem !== undefined) {
      this.problems.push(`${source}: ${problem}`)
      return true
    }
    const read = readOwnObject(value, this.#namespace)
    if (read.kind === 'other') this.others.push(read.name)
    else if (read.kind === 'wrong') {
      const title = read.title === undefined ? '' : `, ${read.title}`
      this.problems.push(`${source}${title}: ${read.problems.join(', ')}`)
    } else if (!this.#isTwice(`${read.kind} ${objectKey(read.object)}`, source)) {
      if (read.kind === 'Drain') this.drains.push({ object: read.object, source })
      else this.policies.push({ object: read.object, source })
    }
    return read.kind !== 'other'
  }

  #isTwice(title: string, source: string): boolean {
    const known = this.#sources.get(title)
    this.#sources.set(title, source)
    if (known !== undefined)
      this.problems.push(`${source}, ${title}: it is in ${known}, too; keep one of them`)
    return known !== undefined
  }
}
