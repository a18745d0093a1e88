import type { Endpoint } from './endpoint.ts'
import { getRoute } from './route.ts'
import { getRoutes } from './routes.ts'
import { getStatus } from './status.ts'
import { getTimeline } from './timeline.ts'

/** The JSON API, in the order of its document. */
export const endpoints: readonly Endpoint[] = [getStatus, getRoutes, getRoute, getTimeline]

export interface Found {
  readonly endpoint: Endpoint
  /** The values of the parameters in the path, decoded. */
  readonly parameters: Record<string, string>
}

/** The endpoint for a path. */
export function findEndpoint(path: string): Found | undefined {
  const parts = path.split('/')
  for (const endpoint of endpoints) {
    const parameters = matchPath(endpoint.path.split('/'), parts)
    if (parameters) return { endpoint, parameters }
  }
  return undefined
}

function matchPath(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index] ?? ''
    const name = /^\{(\w+)\}$/.exec(wanted)?.[1]
    if (name !== undefined) parameters[name] = decode(part)
    else if (part !== wanted) return undefined
  }
  return parameters
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
