import { BlockList, isIP } from 'node:net'

/** What a receiver can be allowed beyond the default, which is https to a public address. */
export const allowances = ['http', 'private', 'loopback'] as const
export type Allowance = (typeof allowances)[number]

/**
 * What IPv6 reaches through NAT64 (RFC 6052) is in a range too; as an IPv4-mapped address it is by itself.
 */
function block(...ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    if (isIP(address) === 6) list.addSubnet(address, Number(bits), 'ipv6')
    else {
      list.addSubnet(address, Number(bits), 'ipv4')
      list.addSubnet(`64:ff9b::${address}`, 96 + Number(bits), 'ipv6')
    }
  }
  return list
}

/** RFC 1918, 6598, 4193 and 8215. */
const privates = block(
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
  ...['fc00::/7', '64:ff9b:1::/48'],
)
const loopback = block('127.0.0.0/8', '::1/128')
/**
 * Never sent to: unspecified, link-local (where cloud metadata services are), multicast and reserved
 * addresses.
 */
const unfit = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '224.0.0.0/3',
  '::/128',
  'fe80::/10',
  'ff00::/8',
]
/** Metadata services of Azure, Alibaba, AWS and Google at other addresses. */
const clouds = ['168.63.129.16/32', '100.100.100.200/32', 'fd00:ec2::/32', 'fd20:ce::254/128']
const never = block(...unfit, ...clouds)

/**
 * Why nothing may be sent to an IP address, or `undefined`. Whoever can write a receiver's DNS record, or its
 * URL, could otherwise have the operator send to places that only it can reach.
 */
export function refusalOfAddress(address: string, allowed: readonly Allowance[]): string | undefined {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(address) === 0) return `${address} is not an IP address`
  if (never.check(address, family)) return `${address} is an address to which nothing is ever sent`
  if (loopback.check(address, family) && !allowed.includes('loopback')) return notAllowed(address, 'loopback')
  if (privates.check(address, family) && !allowed.includes('private')) return notAllowed(address, 'private')
  return undefined
}

const notAllowed = (address: string, what: Allowance) =>
  `${address} is a ${what} address; to allow it, add "${what}" to the receiver's "allow"`
