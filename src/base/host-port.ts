import { isIPv6 } from 'node:net'

/** `HOST:PORT` as a URL has it: an IPv6 address in brackets. */
export const hostPort = (host: string, port: number | string): string =>
  `${isIPv6(host) ? `[${host}]` : host}:${port}`
