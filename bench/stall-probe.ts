/** Preloaded into a process: writes its event-loop stall (p99, in ms) to the file that `STALL_FILE` names. */
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 1
const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
histogram.enable()
process.once('exit', () => {
  // What it records is the whole interval between two ticks, its own resolution included.
  writeFileSync(process.env.STALL_FILE ?? '/dev/null', String(histogram.percentile(99) / 1e6 - resolutionMs))
})
