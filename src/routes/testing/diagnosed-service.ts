import type { DiagnosedService } from '../finding.ts'

/** A Service with these ports with which nothing is wrong, but for what is said of it. */
export const serviceWith = (
  ports: readonly number[],
  rest: Partial<DiagnosedService> = {},
): DiagnosedService => ({
  ports: ports.map((port) => ({ port })),
  isExternal: false,
  publishesNotReady: false,
  isNodeLocal: false,
  hasZoneHints: false,
  hasFailureAccrual: false,
  ...rest,
})
