import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { prepare } from './startup.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'startup-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const kubeconfig = `apiVersion: v1
kind: Config
current-context: a
contexts: [{ name: a, context: { cluster: a, user: a } }]
clusters: [{ name: a, cluster: { server: "http://127.0.0.1:1" } }]
users: [{ name: a, user: { token: t } }]`

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const start = (...argv: string[]) =>
  prepare({ argv, env: {}, hostname: 'pod-a', random: () => 0.5, clock: systemClock })

describe('the start', () => {
  it('reads the files that the flags name', async () => {
    const config = write('kubeconfig', kubeconfig)
    const key = write('key', 'a secret\n')
    const notifications = write(
      'notifications.yaml',
      `receivers: [{ name: on-call, url: "https://hooks.example", secretFile: "${key}" }]`,
    )
    const startup = await start('--kubeconfig', config, '--notifications', notifications)
    if (!startup.ok) throw new Error(startup.error.text)
    const { cluster, receivers, election, settings } = startup.value
    expect(cluster.server).toBe('http://127.0.0.1:1')
    expect(await receivers[0]?.secret?.()).toBe('a secret')
    expect(election).toBeUndefined()
    expect(settings.notifications).toBe(notifications)
  })

  it('needs no receivers', async () => {
    const startup = await start('--kubeconfig', write('kubeconfig', kubeconfig))
    expect(startup).toMatchObject({ ok: true, value: { receivers: [] } })
  })

  it('says what is wrong with all files at once', async () => {
    const notifications = write('notifications.yaml', 'receivers: [{ name: A }]')
    const startup = await start('--kubeconfig', join(folder, 'none'), '--notifications', notifications)
    if (startup.ok) throw new Error('it starts')
    expect(startup.error.exitCode).toBe(64)
    expect(startup.error.text.match(/^ {2}- /gm)?.length).toBeGreaterThanOrEqual(2)
    expect(startup.error.text).toContain('receivers[0].name')
    expect(startup.error.text).toContain('none')
  })

  it('says one problem in one line', async () => {
    const startup = await start('--kubeconfig', join(folder, 'none'))
    expect(startup).toMatchObject({
      ok: false,
      error: { text: expect.stringMatching(/^linkerd-failover cannot start: .*none.*\n$/) },
    })
  })

  it('prints help where it is asked for', async () =>
    expect(await start('--help')).toMatchObject({ ok: false, error: { exitCode: 0 } }))
})
