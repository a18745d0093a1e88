import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { stringify } from 'yaml'
import { z } from 'zod'
import { freePort, run, waitUntilUp } from '../control-plane/process.ts'
import type { RuleGroup } from './faster.ts'

/** A real Prometheus, of Debian's package `prometheus`; scrapes and judges once a second. */
export interface Prometheus {
  /** The `data` of an answer of its API. */
  ask<T>(path: string, data: z.ZodType<T>): Promise<T>
  stop(): Promise<void>
}

export interface PrometheusOptions {
  /** Each as `HOST:PORT`; one that is not there is simply down. */
  readonly targets: readonly string[]
  readonly groups?: readonly RuleGroup[]
}

/** Ready to be asked when this resolves. A machine without Prometheus fails the tests. */
export async function startPrometheus({ targets, groups = [] }: PrometheusOptions): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'))
  const write = (name: string, content: unknown) => {
    writeFileSync(join(folder, name), stringify(content))
    return join(folder, name)
  }
  write('rules.yaml', { groups })
  const configuration = write('prometheus.yaml', {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: [{ job_name: 'linkerd-failover', static_configs: [{ targets }] }],
  })
  const address = `127.0.0.1:${await freePort()}`
  const flags = [
    `--config.file=${configuration}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
  ]
  const program = run('prometheus', 'prometheus', flags, join(folder, 'log'))
  const stop = async () => {
    await program.kill()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const get = (path: string) => request(`http://${address}${path}`)
  try {
    await waitUntilUp(program, async () => {
      const answer = await get('/-/ready')
      await answer.body.dump()
      return answer.statusCode === 200
    })
  } catch (error) {
    await stop()
    throw error
  }
  return {
    ask: async (path, data) => z.object({ data }).parse(await (await get(path)).body.json()).data,
    stop,
  }
}
