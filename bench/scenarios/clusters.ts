import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { certificate } from '../../src/kube/testing/certificate.ts'
import { type Image, makeImage } from '../../test/container/image.ts'
import { type ControlPlane, startControlPlane } from '../../test/control-plane/control-plane.ts'
import { kubeconfig } from '../../test/control-plane/kubeconfig.ts'
import { inParallel, upTo } from '../../test/e2e/in-parallel.ts'
import { at, slice, slices } from '../../test/e2e/objects.ts'
import { median, type Outcome } from '../figures.ts'
import { addFarPair, link, storeName } from '../linked.ts'
import { type Pod, preciseCpuOf, startPod } from '../pod.ts'
import type { Stand } from '../stand.ts'
import { memoryOf } from '../subject.ts'

/** After the start, until it has nothing more to do, and for how long it is watched then (ms). */
const settles = 6_000
const rests = 10_000
/** Between two looks whether all is known (ms). */
const lookEvery = 50

/** How much there is in each linked cluster. */
export interface Far {
  readonly clusters: number
  readonly slices: number
  /** Services that routes use, one route each, with a member in every cluster. */
  readonly used: number
}

interface Needs {
  /** Resident memory at rest (MiB). */
  readonly memory: number
  /** From the start of the process until all that routes use of other clusters is known (ms). */
  readonly knownMs: number
  /** Share of a processor while nothing changes (%). */
  readonly rest: number
}

/**
 * What linked clusters cost the operator as its image runs it: with the first of them alone, then with all, in turn.
 * The first is a real API server, the others are stand-ins that answer as it does.
 */
export async function linkedClusters(stand: Stand, far: Far, rounds: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'clusters-'))
  const real = await startControlPlane()
  const standIns = await startStandIns(far)
  try {
    const names = upTo(far.clusters).map((index) => `far-${index}`)
    await fill(real, far)
    await link(
      stand,
      new Map(names.map((name, index) => [name, standIns.configs[index - 1] ?? configOf(real)])),
    )
    await inParallel(upTo(far.used), (index) => addFarPair(stand, storeName(index), names))
    const image = await makeImage(folder)
    const one: Needs[] = []
    const all: Needs[] = []
    for (let round = 0; round < rounds; round++) {
      one.push(await startOnce(stand, image, names.slice(0, 1), far))
      all.push(await startOnce(stand, image, names, far))
    }
    return { figures: figuresOf(far, one, all) }
  } finally {
    standIns.process.kill('SIGKILL')
    await real.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function figuresOf(far: Far, one: readonly Needs[], all: readonly Needs[]) {
  const name = `${far.clusters} linked clusters of ${far.slices.toLocaleString('en')} slices, ${far.used} of each used`
  const middle = (needs: readonly Needs[], of: (one: Needs) => number) => median(needs.map(of))
  const [memory, rest] = [({ memory }: Needs) => memory, ({ rest }: Needs) => rest]
  const above = middle(all, memory) - middle(one, memory)
  return [
    { measure: `memory, 1 linked cluster`, unit: 'MiB', operator: middle(one, memory) },
    { measure: `memory, ${name}: above 1`, unit: 'MiB', operator: above, aim: 25 },
    {
      measure: `${name}: start until all is known`,
      unit: 'ms',
      operator: middle(all, ({ knownMs }) => knownMs),
      aim: 3000,
    },
    {
      measure: `${name}: processor time at rest, against 1`,
      unit: '%',
      floor: middle(one, rest),
      operator: middle(all, rest),
      aim: 1.5,
    },
  ] as const
}

const configOf = ({ url, ca, adminToken }: ControlPlane) => kubeconfig({ url, ca }, adminToken)

/** The stand-ins of all clusters but the first, and how to reach each. */
async function startStandIns({
  clusters,
  slices,
}: Far): Promise<{ process: ChildProcess; configs: string[] }> {
  const args = ['bench/slice-server.ts', String(clusters - 1), String(slices)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  process.once('exit', () => child.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const ports = z.array(z.number()).parse(JSON.parse(String(line)))
  const configs = ports.map((port) =>
    kubeconfig({ url: `https://127.0.0.1:${port}`, ca: certificate }, 'token'),
  )
  return { process: child, configs }
}

/** Gives the real one the same slices. */
const fill = ({ api }: ControlPlane, { slices: count }: Far): Promise<void> =>
  inParallel(upTo(count), (index) =>
    api.create(at(slices, 'endpointslices'), slice(storeName(index), 10, 10)),
  )

/** Starts the operator with these clusters linked. */
async function startOnce(stand: Stand, image: Image, names: readonly string[], far: Far): Promise<Needs> {
  const { controlPlane } = stand
  const serviceAccount = await controlPlane.operatorServiceAccount()
  const began = performance.now()
  const flags = ['--linked-clusters', names.join()]
  const pod = await startPod(image, { serviceAccount, server: controlPlane.url, flags })
  try {
    while (!(await knowsAll(pod, names, far))) await pause(lookEvery)
    const knownMs = performance.now() - began
    await pause(settles)
    const before = preciseCpuOf(pod.pid)
    await pause(rests)
    return { knownMs, memory: memoryOf(pod.pid).now, rest: ((preciseCpuOf(pod.pid) - before) / rests) * 100 }
  } finally {
    await pod.stop()
  }
}

async function knowsAll({ admin }: Pod, names: readonly string[], { used }: Far): Promise<boolean> {
  const metrics = await (await fetch(`http://${admin}/metrics`)).text()
  const isTrue = (name: string, value: number) => metrics.includes(`${name} ${value}\n`)
  return names.every(
    (name) =>
      isTrue(`linkerd_failover_watch_synced{watch="endpointslices@${name}"}`, 1) &&
      isTrue(`linkerd_failover_watch_objects{watch="endpointslices@${name}"}`, used),
  )
}
