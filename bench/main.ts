/**
 * `npm run bench`: the operator beside the least that any operator can do, on a real kube-apiserver, in one
 * run. Machines are noisy: read the ratios. The exit code is 1 when an aim is missed.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Earlier, earlierOperator } from './earlier.ts'
import { type Figure, meets, type Outcome, table } from './figures.ts'
import { longRun, type Part, plan } from './plan.ts'
import { type Plot, svg } from './plot.ts'
import { openStand } from './stand.ts'

const usage = `npm run bench                          measure everything
npm run bench -- NAME [NAME ...]       measure only these: reaction, mass, sight, watched, start, restart,
                                       churn, handover, dead-leader, tiers, policies, remote, gateway, profiles, routes,
                                       crowded, growth, mass10k, stall; as root also clusters, memory, memory50k, memory10k
npm run bench -- --quick               small sizes and one round, to check that the bench works
npm run bench -- --before COMMIT       also measure the operator of an earlier commit, in turn with this one; or
                                       the file of one, an operator.mjs that \`npm run bundle\` made
npm run bench -- --soak MINUTES        let primaries go down and come back for so long, and measure memory
npm run bench -- --save                also write the figures and plots to docs/developing/bench/; only of a complete
                                       run or a soak`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    soak: { type: 'string' },
    before: { type: 'string' },
    save: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const parts =
  values.soak === undefined
    ? plan({ quick: values.quick, rounds: values.quick ? 1 : Number(values.rounds) })
    : [longRun(Number(values.soak))]

async function main(): Promise<number> {
  const names = parts.flatMap(({ scenarios }) => Object.keys(scenarios))
  const complaint = complaintOf(names)
  if (values.help || complaint !== undefined) {
    console.log([complaint, usage].filter(Boolean).join('\n'))
    return complaint === undefined ? 0 : 64
  }
  const figures: Figure[] = []
  const plots: Plot[] = []
  const failed: string[] = []
  const chosen = positionals.length > 0 ? positionals : names
  const earlier = values.before === undefined ? undefined : earlierOperator(values.before)
  try {
    for (const part of parts) {
      for await (const outcome of measured(part, chosen, earlier, (name) => failed.push(name))) {
        figures.push(...outcome.figures)
        plots.push(...(outcome.plots ?? []))
      }
    }
  } finally {
    earlier?.remove()
  }
  const [cpu] = cpus()
  const machine = `${cpus().length} cores (${cpu?.model.trim()}), Node ${process.version}`
  console.log(`\n${machine}\n${table(figures)}`)
  if (failed.length > 0) {
    console.error(`failed, so nothing is saved: ${failed.join(', ')}`)
    return 1
  }
  if (values.save) save(figures, plots, machine)
  return figures.every(meets) ? 0 : 1
}

/** What is wrong with the arguments, or `undefined`. */
function complaintOf(names: readonly string[]): string | undefined {
  const unknown = positionals.filter((name) => !names.includes(name))
  if (unknown.length > 0) return `unknown scenarios: ${unknown.join(', ')}`
  const isPartial = values.save && positionals.length > 0
  return isPartial ? '--save needs a complete run: leave out the names of scenarios' : undefined
}

/**
 * What the chosen scenarios find, one after the other in one cluster; none is started where none is chosen. After one that
 * fails come the others: a complete run takes most of an hour.
 */
async function* measured(
  { kind, scenarios }: Part,
  chosen: readonly string[],
  earlier: Earlier | undefined,
  onFailure: (name: string) => void,
): AsyncIterable<Outcome> {
  const mine = Object.entries(scenarios).filter(([name]) => chosen.includes(name))
  if (mine.length === 0) return
  const stand = await openStand(kind, earlier?.bundle)
  try {
    for (const [name, measure] of mine) {
      process.stderr.write(`measuring ${name} ...\n`)
      const outcome = await measure(stand).catch((problem: unknown) => console.error(problem))
      if (outcome) process.stderr.write(`${table(outcome.figures)}\n\n`)
      if (outcome) yield outcome
      else onFailure(name)
    }
  } finally {
    await stand.stop()
  }
}

/** The figures with what they were measured on, and the plots. */
function save(figures: readonly Figure[], plots: readonly Plot[], machine: string): void {
  const folder = join(import.meta.dirname, '..', 'docs', 'developing', 'bench')
  mkdirSync(folder, { recursive: true })
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const date = new Date().toISOString().slice(0, 10)
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ')
  writeFileSync(
    join(folder, values.soak === undefined ? 'figures.txt' : 'soak.txt'),
    `${date}, commit ${commit}, ${machine}\n${command}\n\n${table(figures)}\n`,
  )
  for (const plot of plots) writeFileSync(join(folder, `${plot.name}.svg`), svg(plot, command))
}

process.exitCode = await main()
