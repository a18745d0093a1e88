import { spawn } from 'node:child_process'
import { cpus } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { links } from '../../test/control-plane/definitions.ts'
import { freePort } from '../../test/control-plane/process.ts'
import { inParallel, upTo } from '../../test/e2e/in-parallel.ts'
import { at, linkTo } from '../../test/e2e/objects.ts'
import { type Behaviour, FakeGateway } from '../../test/gateways/fake-gateway.ts'
import { addGatewayMirror, setMirrorReady } from '../busy-mirror.ts'
import { type Figure, median, type Outcome } from '../figures.ts'
import { addRoute } from '../linked.ts'
import { ProbingMirror } from '../probing-mirror.ts'
import type { Stand } from '../stand.ts'
import type { Subject } from '../subject.ts'
import { untilAtRest } from '../turns.ts'

/** From the death of a gateway to the weights of its routes, as seen (ms). */
interface Seen {
  readonly first: number
  readonly last: number
}

interface Sizes {
  readonly services: number
  readonly rounds: number
  /** Gateways that are probed while the processor's time is measured, and for how long (s). */
  readonly gateways: number
  readonly seconds: number
}

/** How a gateway dies, and the most that the first weight may take: alone (ms), and against the mirror. */
const deaths = [
  { does: 'refuses', word: 'connections refused', firstMs: 1_200, ahead: 0.166 },
  { does: 'stops reading', word: 'packets dropped', firstMs: 1_500, ahead: 0.1 },
] as const satisfies readonly { does: Behaviour; word: string; firstMs: number; ahead: number }[]
const last = { ms: 3_000, ahead: 0.033 }

const nameOf = (service: number): string => `mirrored-${service}`

/**
 * The gateway of a linked cluster dies, behind which Services are mirrored: with the operator's own probes, and beside
 * it the same operator without them, which follows the Endpoints that a stand-in of Linkerd's service mirror writes.
 * The gateway of another cluster answers all the time. Then what probing costs, and a processor that has no time.
 */
export async function gateway(stand: Stand, sizes: Sizes): Promise<Outcome> {
  const { api } = stand.controlPlane
  await stand.controlPlane.install(links())
  const names = upTo(sizes.services).map(nameOf)
  await inParallel(names, async (name) => {
    await addGatewayMirror(stand, name, 'far')
    await addRoute(stand, name)
  })
  const gateways = await Promise.all(upTo(sizes.gateways).map((index) => addGateway(stand, index)))
  const [far] = gateways
  if (!far) throw new Error('no gateway')
  try {
    const figures: Figure[] = []
    for (const { does, word, firstMs, ahead } of deaths) {
      const probed = await probedDeaths(stand, far, names, does, sizes.rounds)
      const mirrored = await mirroredDeath(stand, far, names, does)
      const [first, end] = [median(probed.map((seen) => seen.first)), median(probed.map((seen) => seen.last))]
      const what = `dead gateway (${word})`
      figures.push(
        { measure: `${what}, first weight`, unit: 'ms', operator: first, aim: firstMs },
        { measure: `${what}, last of ${names.length} weights`, unit: 'ms', operator: end, aim: last.ms },
        {
          measure: `${what}, first, against the mirror`,
          unit: 'ms',
          floor: mirrored.first,
          operator: first,
          aim: ahead,
        },
        {
          measure: `${what}, last, against the mirror`,
          unit: 'ms',
          floor: mirrored.last,
          operator: end,
          aim: last.ahead,
        },
      )
    }
    figures.push(await cost(stand, sizes), await falseAlarms(stand, sizes.seconds))
    return { figures }
  } finally {
    await Promise.all(gateways.map((one) => one.become('refuses')))
    await api.remove(at('multicluster.linkerd.io/v1alpha3', 'links', 'far'))
  }
}

/** A linked cluster whose gateway answers; the first is `far`. Each of the others has a route of its own. */
async function addGateway(stand: Stand, index: number): Promise<FakeGateway> {
  const { api } = stand.controlPlane
  const name = index === 0 ? 'far' : `near-${index}`
  const one = new FakeGateway(`127.0.0.${index + 1}`, await freePort())
  await one.become('answers')
  await api.create(at('multicluster.linkerd.io/v1alpha3', 'links'), linkTo(name, one.address, one.port))
  if (index > 0) {
    await addGatewayMirror(stand, name, name)
    await addRoute(stand, name)
  }
  return one
}

const probes = ['--gateway-probe']

async function withOperator<T>(
  stand: Stand,
  flags: readonly string[],
  act: (operator: Subject) => Promise<T>,
) {
  const operator = stand.start('operator', { flags })
  try {
    await untilAtRest(operator)
    return await operator.during(act(operator))
  } finally {
    await operator.stop()
  }
}

/** Resolves when all routes are on that side: to the first and the last moment at which one was seen there. */
async function allOn(
  stand: Stand,
  names: readonly string[],
  side: 'primary' | 'secondary',
  since: number,
): Promise<Seen> {
  const seen = await Promise.all(names.map((name) => stand.observer.on(name, side)))
  return { first: Math.min(...seen) - since, last: Math.max(...seen) - since }
}

/** Lets the gateway die and live again, at another moment of the probe's period each time. */
function probedDeaths(
  stand: Stand,
  far: FakeGateway,
  names: readonly string[],
  does: Behaviour,
  rounds: number,
): Promise<Seen[]> {
  return withOperator(stand, probes, async () => {
    const all: Seen[] = []
    for (let round = 0; round < rounds; round++) {
      await delay(1_000 + (500 * round) / rounds)
      const died = performance.now()
      await far.become(does)
      all.push(await allOn(stand, names, 'secondary', died))
      await far.become('answers')
      await allOn(stand, names, 'primary', died)
    }
    return all
  })
}

function mirroredDeath(
  stand: Stand,
  far: FakeGateway,
  names: readonly string[],
  does: Behaviour,
): Promise<Seen> {
  return withOperator(stand, [], async () => {
    const written = new ProbingMirror(stand, far).untilDead(names)
    // Long enough that it has probed once, and died in the middle of a period.
    await delay(4_500)
    const died = performance.now()
    await far.become(does)
    const seen = await allOn(stand, names, 'secondary', died)
    await written
    await far.become('answers')
    await inParallel(names, (name) => setMirrorReady(stand, name, true))
    await allOn(stand, names, 'primary', died)
    return seen
  })
}

/** What the probes of all gateways need of a core (%), against the same operator without them. */
async function cost(stand: Stand, { gateways, seconds }: Sizes): Promise<Figure> {
  const used = (flags: readonly string[]) =>
    withOperator(stand, flags, async (operator) => {
      const before = operator.cpuMs()
      await delay(seconds * 1_000)
      return ((operator.cpuMs() - before) / (seconds * 1_000)) * 100
    })
  const [without, with_] = [await used([]), await used(probes)]
  return {
    measure: `probes of ${gateways} gateways, of a core`,
    unit: '%',
    operator: with_ - without,
    aim: 0.2,
  }
}

/** Routes that moved while every core had twice as much to do as it can, and no gateway was dead. */
function falseAlarms(stand: Stand, seconds: number): Promise<Figure> {
  return withOperator(stand, probes, async (operator) => {
    const burn = 'for (;;) {}'
    const burners = upTo(cpus().length * 2).map(() =>
      spawn(process.execPath, ['--eval', burn], { stdio: 'ignore' }),
    )
    try {
      await delay(seconds * 1_000)
    } finally {
      for (const burner of burners) burner.kill('SIGKILL')
    }
    const moved = await operator.metric('linkerd_failover_transitions_total')
    return { measure: 'moves while all cores are busy', unit: 'writes', operator: moved, aim: 0 }
  })
}
