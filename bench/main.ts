/**
 * `npm run bench`: the operator beside the least that any operator can do, on a real kube-apiserver, in one run.
 * Machines are noisy: read the ratios. The exit code is 1 when an aim is missed.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Figure, meets, type Outcome, table } from './figures.ts'
import { type Plot, svg } from './plot.ts'
import { churn } from './scenarios/churn.ts'
import { mass, watched } from './scenarios/mass.ts'
import { memory } from './scenarios/memory.ts'
import { growth, reaction } from './scenarios/reaction.ts'
import { stall } from './scenarios/stall.ts'
import { startDown, startHealthy } from './scenarios/start.ts'
import { openStand, type Stand } from './stand.ts'

const usage = `npm run bench                          all figures
npm run bench -- NAME [NAME ...]       some: reaction, mass, watched, start, restart, churn,
                                       memory (as root), growth, mass10k, stall
npm run bench -- --quick               small sizes and one round, to see that it works
npm run bench -- --save                also write the figures and plots to docs/bench/`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    save: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const rounds = values.quick ? 1 : Number(values.rounds)
const splits = values.quick ? 100 : 1000

/** In the order of their size: each adds to the same cluster. */
const scenarios: Readonly<Record<string, (stand: Stand) => Promise<Outcome>>> = {
  reaction: (stand) => reaction(stand, splits, rounds),
  mass: (stand) => mass(stand, splits, rounds),
  watched: (stand) => watched(stand, splits, values.quick ? 1 : 5, 50),
  start: (stand) => startDown(stand, splits, rounds),
  restart: (stand) => startHealthy(stand, splits),
  churn: (stand) => churn(stand, { perSecond: 1000, seconds: values.quick ? 3 : 20 }),
  memory: (stand) => memory(stand, splits, values.quick ? 2000 : 20_000, rounds),
  growth: (stand) => growth(stand, values.quick ? [100, 200] : [1000, 3000, 10_000]),
  mass10k: (stand) => mass(stand, values.quick ? 300 : 10_000, 1),
  stall: (stand) => stall(stand, values.quick ? 2000 : 50_000),
}

async function main(): Promise<number> {
  const unknown = positionals.filter((name) => !(name in scenarios))
  if (values.help || unknown.length > 0) {
    console.log(unknown.length > 0 ? `unknown: ${unknown.join(', ')}\n${usage}` : usage)
    return unknown.length > 0 ? 64 : 0
  }
  const chosen = positionals.length > 0 ? positionals : Object.keys(scenarios)
  const figures: Figure[] = []
  const plots: Plot[] = []
  const stand = await openStand()
  try {
    for (const name of chosen) {
      process.stderr.write(`measuring ${name} ...\n`)
      const outcome = await scenarios[name]?.(stand)
      figures.push(...(outcome?.figures ?? []))
      plots.push(...(outcome?.plots ?? []))
    }
  } finally {
    await stand.stop()
  }
  const [cpu] = cpus()
  const machine = `${cpus().length} cores (${cpu?.model.trim()}), Node ${process.version}`
  console.log(`\n${machine}\n${table(figures)}`)
  if (values.save) save(figures, plots, machine)
  return figures.every(meets) ? 0 : 1
}

/** The figures with what they were measured on, and the plots. */
function save(figures: readonly Figure[], plots: readonly Plot[], machine: string): void {
  const folder = join(import.meta.dirname, '..', 'docs', 'bench')
  mkdirSync(folder, { recursive: true })
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const date = new Date().toISOString().slice(0, 10)
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ')
  writeFileSync(
    join(folder, 'figures.txt'),
    `${date}, commit ${commit}, ${machine}\n${command}\n\n${table(figures)}\n`,
  )
  for (const plot of plots) writeFileSync(join(folder, `${plot.name}.svg`), svg(plot, command))
}

process.exitCode = await main()
