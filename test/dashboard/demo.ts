import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

const program = resolve(import.meta.dirname, '../../sandbox/demo/main.ts')

export interface Demo {
  /** Where its dashboard is. */
  readonly url: string
  /** The lines that it invites to paste, the first of which sets KUBECONFIG. */
  readonly invitation: readonly string[]
  /** As Ctrl-C does. */
  stop(): Promise<void>
}

/** The demo as its user starts it; resolves once its story has been told. */
export async function startDemo(): Promise<Demo> {
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: string[] = []
  let url = ''
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    url = /^dashboard: (http:\S+)$/.exec(line)?.[1] ?? url
    if (line.startsWith('Press Ctrl-C')) {
      // What it says later must not fill its pipe.
      child.stdout.resume()
      const invitation = said.slice(
        said.findIndex((one) => one.startsWith('export KUBECONFIG=')),
        -1,
      )
      return { url, invitation, stop: () => stop(child) }
    }
  }
  throw new Error(`the demo ended:\n${said.join('\n')}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
