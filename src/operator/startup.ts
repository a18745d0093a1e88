import { readFileSync } from 'node:fs'
import type { Clock } from '../base/clock.ts'
import { programName } from '../base/names.ts'
import { err, ok, type Result } from '../base/result.ts'
import { rotatingFile } from '../base/rotating-file.ts'
import type { ClusterConfig } from '../kube/cluster/cluster.ts'
import { loadClusterConfig } from '../kube/cluster/find-cluster.ts'
import type { Receiver } from '../notify/receiver.ts'
import { readReceiversFile } from '../notify/receivers-file.ts'
import { electionOf } from './election.ts'
import type { Election } from './leadership.ts'
import { type EarlyExit, parseSettings, type Settings } from './settings.ts'

/** All that the operator is started with, checked. */
export interface Startup {
  readonly settings: Settings
  readonly cluster: ClusterConfig
  readonly election: Election | undefined
  readonly receivers: readonly Receiver[]
}

/** Who starts it. */
export interface Starter {
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly hostname: string
  /** In [0, 1). */
  readonly random: () => number
  readonly clock: Clock
}

/** Reads flags, and all the files that they name. What is wrong with the files is said at once. */
export async function prepare({
  argv,
  env,
  hostname,
  random,
  clock,
}: Starter): Promise<Result<Startup, EarlyExit>> {
  const parsed = parseSettings(argv, env)
  if (!parsed.ok) return parsed
  const settings = parsed.value
  const cluster = await loadClusterConfig(settings.cluster, env, clock)
  const election = electionOf(settings, hostname, random)
  const receivers = readReceivers(settings.notifications, clock)
  if (cluster.ok && election.ok && receivers.ok) {
    return ok({ settings, cluster: cluster.value, election: election.value, receivers: receivers.value })
  }
  const problems = [cluster, election, receivers].flatMap((result) => (result.ok ? [] : result.error))
  return err({ exitCode: 64, text: problemsText(problems) })
}

function readReceivers(path: string | undefined, clock: Clock): Result<readonly Receiver[], string[]> {
  if (path === undefined) return ok([])
  const follow = (file: string) => {
    const textNow = rotatingFile(file, clock)
    return async () => textNow()
  }
  return readReceiversFile(path, { read: (file) => readFileSync(file, 'utf8'), follow })
}

function problemsText(problems: readonly string[]): string {
  const [only] = problems
  if (problems.length === 1) return `${programName} cannot start: ${only}\n`
  return `${programName} cannot start:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`
}
