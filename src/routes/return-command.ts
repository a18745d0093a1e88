import { programName } from '../base/names.ts'
import type { Route } from './route.ts'

/** The command that approves a return of a route. */
export const returnCommand = ({
  kind,
  namespace,
  name,
}: Pick<Route, 'kind' | 'namespace' | 'name'>): string =>
  `${programName} return ${kind.toLowerCase()}/${name} -n ${namespace}`
