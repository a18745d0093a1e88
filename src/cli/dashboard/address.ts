import { hostPort } from '../../base/host-port.ts'

/** The URL under which a browser on this machine finds what listens on `address`. */
export function urlOf(address: string, port: number): string {
  const isEverywhere = address === '0.0.0.0' || address === '::'
  return `http://${hostPort(isEverywhere ? 'localhost' : address, port)}`
}

/** Whether only this machine can reach what listens there; of a name other than `localhost` nobody knows. */
export const isLoopback = (address: string): boolean => /^(localhost|127(\.\d+){3}|::1)$/.test(address)
