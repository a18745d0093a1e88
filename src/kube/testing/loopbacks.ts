import { networkInterfaces } from 'node:os'

/** 127.0.0.1 and ::1, as far as this machine has them. */
export const loopbacks: readonly string[] = Object.values(networkInterfaces())
  .flatMap((addresses = []) => addresses.map(({ address }) => address))
  .filter((address) => address === '127.0.0.1' || address === '::1')
