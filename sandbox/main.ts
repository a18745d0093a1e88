import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startSandbox } from './server.ts'

/** Runs a sandbox until SIGINT or SIGTERM; prints how to reach it. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port} is not a port; use a number from 0 to 65535`)
  const sandbox = await startSandbox({ port, pulse: true })
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  const file = join(folder, 'kubeconfig')
  writeFileSync(file, sandbox.kubeconfig)
  console.log(`listening on ${sandbox.url}`)
  console.log(`export KUBECONFIG=${file}`)
  const stop = async () => {
    await sandbox.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

main().catch((error) => {
  console.error(`sandbox: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
})
