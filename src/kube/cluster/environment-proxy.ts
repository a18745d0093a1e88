import { BlockList, isIP, isIPv6 } from 'node:net'
import { err, ok, type Result } from '../../base/result.ts'
import { readProxy } from './address.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * The proxy that the environment names for a server: HTTPS_PROXY or HTTP_PROXY, unless NO_PROXY excludes the
 * server. The loopback never has one. Source: golang.org/x/net/http/httpproxy, which kubectl uses.
 */
export function proxyFromEnvironment(server: string, env: Env): Result<string | undefined, string> {
  const url = new URL(server)
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const text = either(env, name)
  if (text === '' || isLoopback(hostOf(url)) || isExcluded(url, either(env, 'NO_PROXY'))) return ok(undefined)
  const proxy = readProxy(/^[a-z0-9]+:\/\//i.test(text) ? text : `http://${text}`)
  return proxy.ok ? proxy : err(`the environment variable ${name} ${proxy.error}`)
}

const either = (env: Env, name: string): string => env[name] || env[name.toLowerCase()] || ''

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '').toLowerCase()

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4')

function isLoopback(host: string): boolean {
  return host === 'localhost' || isWithin(host, '127.0.0.0/8') || isWithin(host, '::1/128')
}

function isExcluded(url: URL, noProxy: string): boolean {
  const host = hostOf(url)
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return noProxy
    .toLowerCase()
    .split(',')
    .some((entry) => excludes(entry.trim(), host, port))
}

/** An entry is `*`, a range of addresses, or a host or a domain, with or without a port. */
function excludes(entry: string, host: string, port: string): boolean {
  if (entry === '') return false
  if (entry === '*' || isWithin(host, entry)) return true
  const { name, onlyPort } = split(entry)
  if (onlyPort !== undefined && onlyPort !== port) return false
  if (isIP(name) !== 0 || isIP(host) !== 0) return isWithin(host, `${name}/${isIPv6(name) ? 128 : 32}`)
  const domain = name.replace(/^\*\./, '.')
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`)
}

function split(entry: string): { name: string; onlyPort?: string } {
  if (isIPv6(entry)) return { name: entry }
  const [, name = entry, onlyPort] = /^(.*):(\d+)$/.exec(entry) ?? []
  const bare = name.replace(/^\[|\]$/g, '')
  return onlyPort === undefined ? { name: bare } : { name: bare, onlyPort }
}

/** Whether a host is an address of this range, written as `ADDRESS/BITS`. */
function isWithin(host: string, range: string): boolean {
  const [, address = '', bits = ''] = /^(.*)\/(\d{1,3})$/.exec(range) ?? []
  if (isIP(host) === 0 || isIP(address) === 0) return false
  if (Number(bits) > (isIPv6(address) ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(address, Number(bits), familyOf(address))
  return list.check(host, familyOf(host))
}
