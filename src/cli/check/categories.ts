import { programName } from '../../base/names.ts'
import { acceptsWeights } from './checks/admission.ts'
import { canQuery, hasClient, isNewEnough } from './checks/api.ts'
import { namespacesAreMeshed } from './checks/data-plane.ts'
import { drainsMakeSense } from './checks/drains.ts'
import { haveNoFindings } from './checks/findings.ts'
import { hasSmiAdaptor, servesKnownVersions, servesRoutes } from './checks/kinds.ts'
import { noMassEvent } from './checks/mass-event.ts'
import {
  hasDeployment,
  hasLeader,
  hasNamespace,
  hasOneWriter,
  hasSameVersion,
  isAvailable,
} from './checks/operator.ts'
import { mayInstall, mayRead, operatorMayAct } from './checks/permissions.ts'
import { areAsDecided, areConfigured, areSelected } from './checks/routes.ts'
import type { Category, Check } from './finding.ts'

const cluster = [hasClient, canQuery, isNewEnough, servesRoutes, servesKnownVersions] as const

/** What must hold before an installation. */
export const preInstallation: Category = { name: programName, checks: [...cluster, mayInstall] }

/** What must hold once it is installed. */
export const extension: Category = {
  name: programName,
  checks: [
    ...cluster,
    mayRead,
    hasNamespace,
    hasDeployment,
    isAvailable,
    hasOneWriter,
    hasLeader,
    hasSameVersion,
    operatorMayAct,
    hasSmiAdaptor,
  ],
}

export const routes: Category = {
  name: 'linkerd-failover-routes',
  checks: [
    areConfigured,
    areSelected,
    haveNoFindings,
    drainsMakeSense,
    noMassEvent,
    acceptsWeights,
    areAsDecided,
  ],
}

/** What `--proxy` adds. */
export const dataPlane: Category = { name: 'linkerd-failover-data-plane', checks: [namespacesAreMeshed] }

/** What flags ask for, in the order in which it is checked, each with the name of its category. */
export function checksFor({ pre, proxy }: { pre: boolean; proxy: boolean }): (readonly [string, Check])[] {
  const categories = pre ? [preInstallation] : [extension, routes, ...(proxy ? [dataPlane] : [])]
  return categories.flatMap(({ name, checks }) => checks.map((check) => [name, check] as const))
}
