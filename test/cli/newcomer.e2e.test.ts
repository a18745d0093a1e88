import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Demo, startDemo } from '../dashboard/demo.ts'
import { eventually } from '../e2e/eventually.ts'
import { binary } from '../programs/binaries.ts'
import { kubectls } from '../programs/sets.ts'

/**
 * What somebody does who sees the project for the first time: starts the demo, pastes what it invites to, and looks
 * around with kubectl, whichever release of it is installed.
 */
const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'newcomer-'))
let demo: Demo

beforeAll(async () => {
  demo = await startDemo()
})
afterAll(async () => {
  await demo?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A terminal in which `kubectl` is of one release, and the first line that the demo invites to was pasted. */
function terminal(release: (typeof kubectls)[number]) {
  const bin = mkdtempSync(join(folder, 'bin-'))
  symlinkSync(binary(release), join(bin, 'kubectl'))
  const [setUp = ''] = demo.invitation
  const env = { PATH: [bin, process.env.PATH].join(delimiter), HOME: bin }
  /** What a line prints on both outputs; it must succeed. */
  const run = (line: string): Promise<string> =>
    new Promise((resolve, reject) => {
      execFile('sh', ['-c', `${setUp}\n${line}`], { cwd: root, env }, (error, stdout, stderr) =>
        error ? reject(new Error(`${line}: ${stdout}${stderr}`)) : resolve(stdout + stderr),
      )
    })
  /** Starts a line that goes on by itself, and ends it when it has printed what is looked for. */
  const follow = async (line: string, sought: RegExp): Promise<void> => {
    const child = spawn('sh', ['-c', `${setUp}\n${line}`], { cwd: root, env, detached: true })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
    const ended = once(child, 'exit')
    try {
      await eventually(() => expect(output).toMatch(sought))
    } finally {
      // Its own process group: npm and the shell have started what prints.
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
      await ended
    }
  }
  return { run, follow }
}

const cli = 'npm run -s cli --'

/** The line of the invitation that begins so, as it is pasted: with the note behind it. */
function invited(beginning: string): string {
  const found = demo.invitation.find((line) => line.startsWith(beginning))
  if (found === undefined)
    throw new Error(`no "${beginning}" in the invitation: ${demo.invitation.join('\n')}`)
  return found
}

it('runs each command of ours that the demo invites to', async () => {
  const { run, follow } = terminal('kubectl')
  await follow(invited(`${cli} status`), /TrafficSplit +sample-svc +primary/)
  expect(await run(invited(`${cli} explain`))).toContain('sample-svc')
  expect(await run(invited(`${cli} what-if`))).toContain('1 route: 1 fails over')
  expect(await run(invited(`${cli} pause`))).toContain('sample-svc')
  expect(await run(invited(`${cli} resume`))).toContain('sample-svc')
  expect(await run(invited('curl'))).toContain('linkerd_failover_build_info')
})

it.each(kubectls)('takes a service down, brings it back and looks around, with %s', async (release) => {
  const { run, follow } = terminal(release)
  const weights = () => run("kubectl get ts sample-svc -o 'jsonpath={.spec.backends[*].weight}'")
  await follow(invited('kubectl get ts'), /sample-svc=1,/)
  expect(await run(invited('kubectl scale deploy sample-svc --replicas=0'))).toContain('scaled')
  await eventually(async () => expect(await weights()).toMatch(/^0 /))
  await eventually(async () =>
    expect(await run('kubectl describe ts sample-svc')).toContain('failing over to fallbacks'),
  )
  expect(await run(invited('kubectl scale deploy sample-svc --replicas=2'))).toContain('scaled')
  await eventually(async () => expect(await weights()).toBe('1 0 0 0 0'))
  expect(await run(invited('kubectl get events'))).toContain('Failover')
  expect(await run('kubectl get all')).toContain('deployment.apps/sample-svc')
  // kubectl writes the time in seconds, so a second restart within one is none.
  await eventually(async () =>
    expect(await run('kubectl rollout restart deployment sample-svc')).toContain('restarted'),
  )
  expect(await run('kubectl rollout status deployment sample-svc --timeout=20s')).toContain('rolled out')
  expect(await weights()).toBe('1 0 0 0 0')
  await expect(run('kubectl logs deployment/sample-svc')).rejects.toThrow('run no containers')
})

it('knows every line of the invitation', () => {
  const beginnings = ['status', 'explain', 'what-if', 'pause', 'resume'].map((name) => `${cli} ${name} `)
  const others = ['export KUBECONFIG=', 'kubectl get ts ', 'kubectl scale ', 'kubectl get events ', 'curl ']
  const known = [...beginnings, ...others]
  expect(demo.invitation.filter((line) => !known.some((one) => line.startsWith(one)))).toEqual([])
})
