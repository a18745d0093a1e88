import { programName } from '../../base/names.ts'
import { findRoot } from '../drains/root.ts'
import type { Reading } from '../listing.ts'
import type { Palette } from '../output.ts'
import type { PolicyFiles } from '../policies/policy-files.ts'
import { type Trial, tryFiles } from '../policies/trial.ts'
import { triedText } from '../policies/tried-table.ts'
import type { Snapshot } from '../snapshot.ts'
import { type Note, newProblems } from './notes.ts'

/** A trial of files, and what is to be known of it. */
export interface Tryout extends Trial {
  /** What would be wrong with routes by it. */
  readonly notes: readonly Note[]
  /** What it does not know, in sentences. */
  readonly doubts: readonly string[]
  /** The operator would find one of the policies invalid. */
  readonly isRefused: boolean
}

/** Tries files on a snapshot of all routes, or of those of a namespace; `undefined` if there is nothing to try. */
export async function tryOut(
  reading: Reading,
  files: PolicyFiles,
  snapshot: Snapshot,
  namespace: string | undefined,
): Promise<Tryout | undefined> {
  const { policies, drains, leftOut } = files
  if (policies.length + drains.length === 0) return undefined
  const root = await findRoot(reading)
  const trial = tryFiles(files, snapshot, { rootNamespace: root.namespace ?? programName, namespace })
  const { unseen } = snapshot.policies
  const doubts = [leftOut, ...unseen, root.doubt, root.namespace === undefined ? notFollowed : undefined]
  return {
    ...trial,
    notes: newProblems(snapshot.routes, trial.routes, snapshot.readiness),
    doubts: [...new Set(doubts.filter((doubt) => doubt !== undefined))],
    isRefused: trial.tried.some(({ reason }) => reason === 'Invalid'),
  }
}

const notFollowed =
  'the operator follows no policies and no Drains yet; this is what it would do if it were installed with policies.enabled=true'

/** Its objects and notes for people, with an empty line below each part. */
export function tryoutText({ tried, notes }: Tryout, palette: Palette): string {
  const lines = notes.map(
    ({ kind, namespace, name, message }) =>
      `${palette.warning('note')}: ${kind} ${namespace}/${name}: ${message}\n`,
  )
  const parts = [triedText(tried, palette), ...(lines.length > 0 ? [lines.join('')] : [])]
  return parts.map((part) => `${part}\n`).join('')
}
