import { describe, expect, it, test } from 'vitest'
import { parseLogFilter } from './log-filter.ts'
import { parseSettings } from './settings.ts'

const settingsOf = (argv: string[], env = {}) => {
  const parsed = parseSettings(argv, env)
  if (!parsed.ok) throw new Error(parsed.error.text)
  return parsed.value
}
const refusalOf = (argv: string[]) => {
  const parsed = parseSettings(argv, {})
  if (parsed.ok) throw new Error('taken')
  return parsed.error
}

describe('flags', () => {
  it('has the defaults of the original, and serves all addresses of IPv6 too', () =>
    expect(settingsOf([])).toEqual({
      cluster: { asGroups: [] },
      adminAddress: { host: '127.0.0.1', port: 8080 },
      logLevel: 'info',
      logFormat: 'plain',
      selector: 'failover.linkerd.io/controlled-by',
      linked: { clusters: [], namespace: 'linkerd' },
      serviceProfiles: undefined,
      leaderElection: undefined,
    }))

  it('probes gateways twice a second if told to', () =>
    expect(settingsOf(['--gateway-probe']).gatewayProbe).toEqual({
      periodMs: 500,
      timeoutMs: 400,
      failures: 2,
      successes: 3,
    }))

  it.each([
    ['--gateway-probe-period', '99', 'is not a whole number from 100 to 60000'],
    ['--gateway-probe-period', '0.5s', 'is not a whole number'],
    ['--gateway-probe-timeout', '500', 'must be less than --gateway-probe-period 500'],
    ['--gateway-probe-failures', '0', 'is not a whole number from 1 to 100'],
    ['--gateway-probe-successes', '-1', 'is not a whole number from 1 to 100'],
  ])('refuses %s %s', (flag, value, problem) =>
    expect(refusalOf([`${flag}=${value}`]).text).toContain(problem),
  )

  it('takes every flag', () => {
    const argv =
      '--log-level=debug --log-format json --cluster c --context x --user u --kubeconfig /k --as me'
    const more = '--as-group a --as-group b --admin-addr [::1]:0 -l a=b,c'
    const lease = '--leader-elect-resource-name second.operator'
    const election = `--leader-elect ${lease} --leader-elect-resource-namespace ns-1`
    const linked = '--linked-clusters east,west.example.com --linkerd-namespace mesh'
    const profiles = '--write-service-profiles --cluster-domain mesh.example'
    const probe = '--gateway-probe --gateway-probe-period 1000 --gateway-probe-timeout 900'
    const counts = '--gateway-probe-failures 3 --gateway-probe-successes=1'
    const all = `${argv} ${more} ${election} ${linked} ${profiles} ${probe} ${counts} --policies mesh`
    expect(settingsOf(all.split(' '))).toEqual({
      cluster: { cluster: 'c', context: 'x', user: 'u', kubeconfig: '/k', as: 'me', asGroups: ['a', 'b'] },
      adminAddress: { host: '::1', port: 0 },
      logLevel: 'debug',
      logFormat: 'json',
      selector: 'a=b,c',
      linked: { clusters: ['east', 'west.example.com'], namespace: 'mesh' },
      serviceProfiles: { clusterDomain: 'mesh.example' },
      policies: 'mesh',
      gatewayProbe: { periodMs: 1000, timeoutMs: 900, failures: 3, successes: 1 },
      leaderElection: { name: 'second.operator', namespace: 'ns-1', hedgeAfterMs: 500 },
    })
  })

  test.each([
    ['0.0.0.0:8080', '0.0.0.0'],
    ['[::]:8080', '::'],
    ['localhost:8080', 'localhost'],
    [':8080', undefined],
  ])('--admin-addr %s names the host %s', (address, host) =>
    expect(settingsOf(['--admin-addr', address]).adminAddress).toEqual({ host, port: 8080 }),
  )

  it('serves its page to others in a Pod, or if it is told to', () => {
    const pod = { KUBERNETES_SERVICE_HOST: '10.0.0.1' }
    expect(settingsOf([], pod).adminAddress).toEqual({ host: undefined, port: 8080 })
    expect(settingsOf(['--admin-addr', ':8080']).adminAddress).toEqual({ host: undefined, port: 8080 })
  })

  it('takes the log level from the environment, unless a flag says otherwise', () => {
    const env = { LINKERD_FAILOVER_LOG_LEVEL: 'linkerd=debug,warn' }
    expect(settingsOf([], env).logLevel).toBe('debug')
    expect(settingsOf(['--log-level', 'error'], env).logLevel).toBe('error')
  })

  it('says all that is wrong at once', () => {
    const argv = '--log-level loud! --log-format xml --admin-addr 8080 -l a==b==c'
    const more =
      '--leader-elect-resource-name=-a --leader-elect-resource-namespace A/b --hedge-after 99 --linked-clusters a,B --linkerd-namespace - --colour blue --cluster-domain a..b --policies a/b'
    const { exitCode, text } = refusalOf(`${argv} ${more}`.split(' '))
    expect(exitCode).toBe(64)
    expect(text.match(/^ {2}- \S+ \S+/gm)).toEqual([
      '  - --log-level "loud!"',
      '  - --log-format "xml"',
      '  - --admin-addr "8080"',
      '  - --selector "a==b==c"',
      '  - --leader-elect-resource-name "-a"',
      '  - --leader-elect-resource-namespace "A/b"',
      '  - --hedge-after "99"',
      '  - --linked-clusters "B"',
      '  - --linkerd-namespace "-"',
      '  - --policies "a/b"',
      '  - --cluster-domain "a..b"',
      '  - unknown flag',
      '  - unexpected argument',
    ])
  })

  it('prints help', () => {
    const { exitCode, text } = refusalOf(['--help'])
    expect(exitCode).toBe(0)
    expect(text).toContain('--selector')
  })
})

describe('log filters', () => {
  test.each([
    ['info', 'info'],
    ['WARN', 'warn'],
    ['off', 'silent'],
    ['linkerd=info,warn', 'info'],
    ['linkerd_failover=debug,linkerd=info,warn', 'debug'],
    ['linkerd-failover=trace', 'trace'],
    ['kube=debug,warn', 'warn'],
    ['kube=debug', 'error'],
    ['linkerd', 'trace'],
  ])('%s is %s', (filter, level) => expect(parseLogFilter(filter)).toEqual({ ok: true, value: level }))

  test.each([['linkerd=loud'], ['loud'], ['kube'], ['='], ['a b'], ['info,']])('%j is refused', (filter) =>
    expect(parseLogFilter(filter).ok).toBe(false),
  )
})
