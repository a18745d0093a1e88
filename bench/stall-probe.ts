/**
 * Preloaded into a process: writes its event-loop stall (p99, in ms), from its first connection to the API server
 * on, to the file that `STALL_FILE` names. What it does before is to load itself, when there is nobody to keep waiting.
 */
import { subscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 1
const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
subscribe('undici:client:connected', () => void histogram.enable())
process.once('exit', () => {
  // What it records is the whole interval between two ticks, its own resolution included.
  writeFileSync(process.env.STALL_FILE ?? '/dev/null', String(histogram.percentile(99) / 1e6 - resolutionMs))
})
