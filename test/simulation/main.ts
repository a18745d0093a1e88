import { randomInt } from 'node:crypto'
import type { Violation } from './checker/violation.ts'
import { clockOf } from './engine/trace.ts'
import type { Planted } from './planted/planted.ts'
import { planted } from './planted/plants.ts'
import { readSettings, type Settings } from './settings.ts'
import { type BrokenStory, find, withOnly } from './story/find.ts'
import { play } from './story/play.ts'
import { electionHours, tellStory } from './story/teller.ts'
import { tell } from './story/words.ts'

/** Lines of the trace that are shown of a story that broke a rule. */
const shownLines = 40
/** How often a long run tells how far it is. */
const tellEveryMs = 10_000
/** What happens all the time, and tells nothing. */
const isRoutine = / GET .*: (200|watch)$/

try {
  process.exitCode = await main(readSettings(process.argv.slice(2), () => randomInt(1, 2 ** 31)))
} catch (problem) {
  console.error(problem instanceof Error ? problem.message : problem)
  process.exitCode = 64
}

/** Plays stories until one breaks a rule; answers with the exit code. */
async function main(settings: Settings): Promise<number> {
  const { seed, runs, hours } = settings
  console.log(
    `simulating ${runs} stories from seed ${seed} on, of ${hours} hours or more, of ${Math.min(hours, electionHours)} or more with an election`,
  )
  const began = performance.now()
  const sum = { ms: 0, electionMs: 0, elections: 0, writes: 0 }
  let toldAt = began
  for (let run = 0; run < runs; run += 1) {
    const { ending, finding, elects } = await playOne(settings, String(seed + run))
    sum.ms += ending.lasted
    if (elects) {
      sum.electionMs += ending.lasted
      sum.elections += 1
    }
    sum.writes += ending.transitions
    if (finding) show(finding, settings)
    else if (ending.violation) console.log(lineOf(ending.violation))
    if (ending.violation) return 1
    if (performance.now() - toldAt < tellEveryMs) continue
    toldAt = performance.now()
    console.error(`${run + 1} of ${runs} stories in ${Math.round((toldAt - began) / 1000)} s`)
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const [all, withElection] = [sum.ms, sum.electionMs].map((ms) => (ms / 3_600_000).toFixed(0))
  console.log(
    `no rule was broken in ${all} virtual hours with ${sum.writes} writes; ${sum.elections} of the stories, and ${withElection} of the hours, were with an election (${seconds} s)`,
  )
  return 0
}

async function playOne({ hours, only, trace, ...settings }: Settings, seed: string) {
  const bug = plantedBug(settings.plant)
  const replicas = settings.replicas ?? bug?.replicas
  const linked = settings.linked ?? (bug && bug.linked === true)
  const drains = settings.drains ?? (bug && bug.drains === true)
  const policies = settings.policies ?? (bug && bug.policies === true)
  const copies = bug && bug.copies === true
  const whole = tellStory({ seed, hours, replicas, linked, copies, drains, policies, menu: bug?.menu })
  const story = only ? withOnly(whole, only) : whole
  const elects = story.replicas.length > 1
  const options = bug ?? {}
  if (!trace) return { ...(await find(story, options)), elects }
  const ending = await play(story, { ...options, keep: true })
  console.log(ending.lines.join('\n'))
  return { ending, elects }
}

function plantedBug(name: string | undefined): Planted | undefined {
  if (name === undefined) return undefined
  const bug = planted.find((one) => one.name === name)
  if (bug) return bug
  const names = planted.map((one) => `\n  ${one.name}`).join('')
  throw new Error(`--plant ${name}: there is no such bug; there are:${names}`)
}

function lineOf({ rule, at, what }: Violation): string {
  return `\nbroken at ${clockOf(at)}: ${rule}: ${what}`
}

function show(
  { violation, story, only, ending }: BrokenStory,
  { hours, replicas, linked, drains, policies, plant, only: given }: Settings,
): void {
  console.log(`${lineOf(violation)}\n\nthe shortest story found (${only.length} steps):\n`)
  for (const step of story.steps) console.log(`  ${clockOf(step.at)} ${tell(step)}`)
  const lines = ending.lines.filter((line) => !isRoutine.test(line)).slice(-shownLines)
  console.log(`\nits last moments:\n\n  ${lines.join('\n  ')}`)
  const flags = [
    `--seed ${story.seed}`,
    '--runs 1',
    `--hours ${hours}`,
    ...(replicas ? [`--replicas ${replicas}`] : []),
    ...(linked ? ['--linked'] : []),
    ...(drains ? ['--drains'] : []),
    ...(policies ? ['--policies'] : []),
    ...(plant ? [`--plant '${plant}'`] : []),
  ]
  // A story that was shortened by hand counts its own steps.
  const steps = given?.toSorted((a, b) => a - b)
  const places = only.map((place) => steps?.[place] ?? place)
  console.log(`\nplay it again:\n\n  npm run simulate -- ${flags.join(' ')} --only ${places.join(',')}\n`)
}
