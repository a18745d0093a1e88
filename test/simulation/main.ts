import { randomInt } from 'node:crypto'
import { clockOf } from './engine/trace.ts'
import { readSettings, type Settings } from './settings.ts'
import { type Finding, find, withOnly } from './story/find.ts'
import { play } from './story/play.ts'
import { tellStory } from './story/teller.ts'
import { tell } from './story/words.ts'

/** Lines of the trace that are shown of a story that broke a rule. */
const shownLines = 40
/** What happens all the time, and tells nothing. */
const isRoutine = / GET .*: (200|watch)$/

process.exitCode = await main(readSettings(process.argv.slice(2), () => randomInt(1, 2 ** 31)))

/** Plays stories until one breaks a rule; answers with the exit code. */
async function main(settings: Settings): Promise<number> {
  const { seed, runs, hours } = settings
  console.log(`simulating ${runs} stories of ${hours} hours or more, from seed ${seed} on`)
  const began = performance.now()
  const sum = { ms: 0, writes: 0 }
  for (let run = 0; run < runs; run += 1) {
    const { ending, finding } = await playOne(settings, String(seed + run))
    sum.ms += ending.lasted
    sum.writes += ending.transitions
    if (!finding) continue
    show(finding, settings)
    return 1
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `no rule was broken in ${(sum.ms / 3_600_000).toFixed(0)} virtual hours with ${sum.writes} writes (${seconds} s)`,
  )
  return 0
}

async function playOne({ hours, replicas, only, trace }: Settings, seed: string) {
  const whole = tellStory({ seed, hours, replicas })
  const story = only ? withOnly(whole, only) : whole
  if (!trace) return find(story, {})
  const ending = await play(story, { keep: true })
  console.log(ending.lines.join('\n'))
  return { ending }
}

function show({ violation, story, only, ending }: Finding, { hours, replicas }: Settings): void {
  const { rule, at, what } = violation
  console.log(
    `\nbroken at ${clockOf(at)}: ${rule}: ${what}\n\nthe shortest story found (${only.length} steps):\n`,
  )
  for (const step of story.steps) console.log(`  ${clockOf(step.at)} ${tell(step)}`)
  const lines = ending.lines.filter((line) => !isRoutine.test(line)).slice(-shownLines)
  console.log(`\nits last moments:\n\n  ${lines.join('\n  ')}`)
  const flags = [
    `--seed ${story.seed}`,
    '--runs 1',
    `--hours ${hours}`,
    ...(replicas ? [`--replicas ${replicas}`] : []),
  ]
  console.log(`\nplay it again:\n\n  npm run simulate -- ${flags.join(' ')} --only ${only.join(',')}\n`)
}
