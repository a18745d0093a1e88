import { Option } from 'commander'

/** How gateways of other clusters are probed. */
export interface GatewayProbeSettings {
  readonly periodMs: number
  readonly timeoutMs: number
  /** Misses in a row until a gateway is down. */
  readonly failures: number
  /** Answers in a row until it is up again. */
  readonly successes: number
}

/** As commander hands them over. */
export interface GatewayProbeFlags {
  readonly gatewayProbe: boolean
  readonly gatewayProbePeriod: string
  readonly gatewayProbeTimeout: string
  readonly gatewayProbeFailures: string
  readonly gatewayProbeSuccesses: string
}

export const gatewayProbeOptions: readonly Option[] = [
  new Option(
    '--gateway-probe',
    'probe the gateways of linked clusters, and use no mirrored service whose gateway does not answer',
  ).default(false),
  new Option('--gateway-probe-period <ms>', 'time from one probe to the next').default('500'),
  new Option('--gateway-probe-timeout <ms>', 'time that an answer may take').default('400'),
  new Option('--gateway-probe-failures <count>', 'probes in a row that fail until a gateway is down').default(
    '2',
  ),
  new Option('--gateway-probe-successes <count>', 'answers in a row until a gateway is up again').default(
    '3',
  ),
]

/** The least and the most that each may be. */
const limits = {
  gatewayProbePeriod: [100, 60_000],
  gatewayProbeTimeout: [50, 60_000],
  gatewayProbeFailures: [1, 100],
  gatewayProbeSuccesses: [1, 100],
} as const satisfies Partial<Record<keyof GatewayProbeFlags, readonly [number, number]>>

/** Reads the flags; `undefined`: gateways are not probed. Each thing that is wrong is given to `complain`. */
export function readGatewayProbe(
  flags: GatewayProbeFlags,
  complain: (problem: string) => void,
): GatewayProbeSettings | undefined {
  const read = (name: keyof typeof limits) => {
    const [least, most] = limits[name]
    const value = /^\d{1,6}$/.test(flags[name]) ? Number(flags[name]) : Number.NaN
    if (!(value >= least && value <= most))
      complain(`${flagOf(name)} "${flags[name]}" is not a whole number from ${least} to ${most}`)
    return value
  }
  const settings = {
    periodMs: read('gatewayProbePeriod'),
    timeoutMs: read('gatewayProbeTimeout'),
    failures: read('gatewayProbeFailures'),
    successes: read('gatewayProbeSuccesses'),
  }
  if (settings.timeoutMs >= settings.periodMs)
    complain(
      `--gateway-probe-timeout ${settings.timeoutMs} must be less than --gateway-probe-period ${settings.periodMs}`,
    )
  return flags.gatewayProbe ? settings : undefined
}

const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
