import type { TimelineEntry } from '../../view/timeline-entry.ts'
import type { View } from '../../view/view.ts'
import type { RouteMemory } from '../memory.ts'
import type { Platform } from '../platform.ts'
import type { ClusterWatch } from '../watch/cluster-watch.ts'
import { Endings } from './endings.ts'
import type { Metrics } from './metrics.ts'
import { Reporter } from './reporter.ts'

export interface ReportingOptions {
  readonly platform: Platform
  readonly view: View
  readonly memory: RouteMemory
  readonly metrics: Metrics
  readonly watch: Pick<ClusterWatch, 'kind'>
  readonly onEntry: ((entry: TimelineEntry) => void) | undefined
}

/** What reports of routes: what happens to them, and that they are gone. */
export interface Reporting {
  readonly reporter: Reporter
  readonly endings: Endings
}

export function createReporting({ platform, watch, ...parts }: ReportingOptions): Reporting {
  const { recordEvent: event } = platform
  return {
    reporter: new Reporter({ ...platformParts(platform), ...parts, event }),
    endings: new Endings({
      ...platformParts(platform),
      ...parts,
      transport: platform.transport,
      codecOf: (kind) => watch.kind(kind)?.codec,
    }),
  }
}

const platformParts = ({ clock, log, leads }: Platform) => ({ clock, log, leads })
