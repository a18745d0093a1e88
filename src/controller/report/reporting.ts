import type { TimelineEntry } from '../../view/timeline-entry.ts'
import type { View } from '../../view/view.ts'
import type { RouteMemory } from '../memory.ts'
import type { Platform } from '../platform.ts'
import type { ClusterWatch } from '../watch/cluster-watch.ts'
import { Endings } from './endings.ts'
import type { Metrics } from './metrics.ts'
import { Recall } from './recall.ts'
import { Reporter } from './reporter.ts'

export interface ReportingOptions {
  readonly platform: Platform
  readonly view: View
  readonly memory: RouteMemory
  readonly metrics: Metrics
  readonly watch: Pick<ClusterWatch, 'kind' | 'policies'>
  readonly onEntry: ((entry: TimelineEntry) => void) | undefined
  /** Whether there are weights to write, or routes to come. */
  readonly busy: () => boolean
}

/** What reports of routes: what happens to them, that they are gone, and what was reported before. */
export interface Reporting {
  readonly reporter: Reporter
  readonly endings: Endings
  readonly recall: Recall
  /** What is not reported yet is not reported any more. */
  stop(): void
}

export function createReporting({ platform, watch, ...parts }: ReportingOptions): Reporting {
  const { recordEvent: event, transport, random } = platform
  const { view, busy } = parts
  const endings = new Endings({
    ...platformParts(platform),
    ...parts,
    transport,
    codecOf: (kind) => watch.kind(kind)?.codec,
  })
  const recall = new Recall({ ...platformParts(platform), transport, random, view, busy })
  return {
    reporter: new Reporter({
      ...platformParts(platform),
      ...parts,
      event,
      isAwaiting: (key, where) => watch.policies?.recalled(key, where)?.isAwaiting === true,
    }),
    endings,
    recall,
    stop: () => {
      endings.stop()
      recall.stop()
    },
  }
}

const platformParts = ({ clock, log, leads }: Platform) => ({ clock, log, leads })
