import type { Outcome } from './figures.ts'
import { httpRoute, type Kind, trafficSplit } from './kind.ts'
import { churn } from './scenarios/churn.ts'
import { linkedClusters } from './scenarios/clusters.ts'
import { crowded } from './scenarios/crowded.ts'
import { deadLeader } from './scenarios/dead-leader.ts'
import { gateway } from './scenarios/gateway.ts'
import { handOver } from './scenarios/handover.ts'
import { mass, watched } from './scenarios/mass.ts'
import { memory } from './scenarios/memory.ts'
import { policies } from './scenarios/policies.ts'
import { serviceProfiles } from './scenarios/profiles.ts'
import { growth, reaction } from './scenarios/reaction.ts'
import { remote } from './scenarios/remote.ts'
import { sight } from './scenarios/sight.ts'
import { soak } from './scenarios/soak.ts'
import { stall } from './scenarios/stall.ts'
import { startDown, startHealthy } from './scenarios/start.ts'
import { tiers } from './scenarios/tiers.ts'
import type { Stand } from './stand.ts'

type Scenario = (stand: Stand) => Promise<Outcome>

/** Scenarios that share a cluster, in the order of their size: each adds to it. */
export interface Part {
  readonly kind: Kind
  readonly scenarios: Readonly<Record<string, Scenario>>
}

export interface Sizes {
  /** Small sizes, to see that it works. */
  readonly quick: boolean
  /** How often floor and operator take turns. */
  readonly rounds: number
}

/** All that is measured, by name. */
export function plan({ quick, rounds }: Sizes): readonly Part[] {
  const splits = quick ? 100 : 1000
  // Each of their rounds takes as long as a lease, whatever the machine does meanwhile.
  const leases = Math.min(rounds, 2)
  const few: Part = {
    kind: trafficSplit,
    scenarios: {
      reaction: (stand) => reaction(stand, splits, rounds),
      mass: (stand) => mass(stand, splits, rounds),
      sight: (stand) => sight(stand, splits, rounds),
      watched: (stand) => watched(stand, splits, quick ? 1 : 3, 50),
      start: (stand) => startDown(stand, splits, rounds),
      restart: (stand) => startHealthy(stand, splits),
      churn: (stand) => churn(stand, { perSecond: 1000, seconds: quick ? 3 : 20 }),
      handover: (stand) => handOver(stand, splits, leases),
      'dead-leader': (stand) => deadLeader(stand, splits, leases),
      tiers: (stand) => tiers(stand, splits, rounds),
      policies: (stand) => policies(stand, quick ? 300 : 5000, rounds),
    },
  }
  const linked: Part = {
    kind: trafficSplit,
    scenarios: {
      remote: (stand) =>
        remote(stand, quick ? 20 : 100, rounds, {
          services: quick ? 20 : 100,
          sinceMs: quick ? 1000 : 5000,
        }),
      clusters: (stand) =>
        linkedClusters(
          stand,
          quick ? { clusters: 3, slices: 500, used: 50 } : { clusters: 10, slices: 20_000, used: 500 },
          Math.min(rounds, 2),
        ),
    },
  }
  const routes: Part = {
    kind: httpRoute,
    scenarios: {
      routes: (stand) => mass(stand, splits, rounds),
      crowded: (stand) => crowded(stand, quick ? 100 : 500, rounds),
    },
  }
  const many: Part = {
    kind: trafficSplit,
    scenarios: {
      growth: (stand) => growth(stand, quick ? [100, 200] : [100, 1000, 3000, 10_000]),
      // One turn of one program takes a minute.
      mass10k: (stand) => mass(stand, quick ? 300 : 10_000, 1, { last: 1.05, own: 1.3 }),
      memory10k: (stand) => memory(stand, [{ splits: quick ? 300 : 10_000 }], 1),
    },
  }
  const large: Part = {
    kind: trafficSplit,
    scenarios: {
      memory: (stand) =>
        memory(
          stand,
          [
            { splits, aim: 90 },
            { splits, others: quick ? 2000 : 20_000, aim: 100, peakAim: 130 },
          ],
          rounds,
        ),
      stall: (stand) => stall(stand, quick ? 3000 : 50_000),
      memory50k: (stand) => memory(stand, [{ splits, others: quick ? 3000 : 50_000 }], 1),
    },
  }
  const copied: Part = {
    kind: trafficSplit,
    scenarios: { profiles: (stand) => serviceProfiles(stand, quick ? 40 : 200, rounds) },
  }
  return [few, linked, mirrored(quick, rounds), copied, routes, many, large]
}

/** Services that are mirrored through a gateway. */
const mirrored = (quick: boolean, rounds: number): Part => ({
  kind: trafficSplit,
  scenarios: {
    gateway: (stand) =>
      gateway(
        stand,
        quick
          ? { services: 20, rounds: 1, gateways: 3, seconds: 5 }
          : { services: 500, rounds: Math.max(rounds, 3), gateways: 20, seconds: 40 },
      ),
  },
})

/** A long run, by itself: what stays bounded when it goes on and on. */
export const longRun = (minutes: number): Part => ({
  kind: trafficSplit,
  scenarios: { soak: (stand) => soak(stand, 1000, minutes) },
})
