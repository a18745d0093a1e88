import type { Route } from '../route.ts'

/** What of a route policies may target. */
export const placeOfRoute = ({ apiVersion, objectKind, namespace, name, apexes }: Route) => ({
  group: apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/'))),
  kind: objectKind,
  namespace,
  name,
  services: apexes,
})
