import type { Backend, Split } from '../core/types.ts'
import { type DiagnosisInput, type DiagnosisRule, type Finding, known } from './finding.ts'

/**
 * A TrafficSplit moves all ports of its apex together. A backend is ready if one of them is, so requests to
 * another port fail that it does not serve, although there is a backend that would serve them.
 */
export const portsDiffer: DiagnosisRule = ({ splits }, around) =>
  splits.flatMap((split) => split.backends.flatMap((backend) => lackOf(backend, split, around)))

function lackOf(backend: Backend, { backends }: Split, around: DiagnosisInput): Omit<Finding, 'reason'>[] {
  const { service, apex } = backend
  if (apex === undefined || around.readiness(backend).state !== 'ready') return []
  const ports = known(around, apex)?.ports.flatMap(({ port }) => port ?? []) ?? []
  const stateAt = (port: number, one: Backend) => around.readiness({ ...one, port }).state
  const lacks = ports.filter(
    (port) => stateAt(port, backend) === 'down' && backends.some((one) => stateAt(port, one) === 'ready'),
  )
  if (lacks.length === 0) return []
  const others = ports.filter((port) => !lacks.includes(port))
  return [
    {
      message: `the Service ${service} has ready endpoints for port ${others.join(', ')} and none for port ${lacks.join(', ')} of ${apex}, which another backend serves: a TrafficSplit moves all ports together, so requests to ${lacks.join(', ')} fail while ${service} is active; let its Pods serve the port, or use a Gateway API route for each port`,
      subject: service,
    },
  ]
}
