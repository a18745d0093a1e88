/**
 * Preloaded into a process: writes for how long its event loop stood still (JSON, ms), from its first
 * connection to the API server or the last SIGUSR2 on, to the file that `STALL_FILE` names. What it does
 * before is to load itself, when there is nobody to keep waiting.
 */
import { subscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 1
const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
subscribe('undici:client:connected', () => void histogram.enable())
process.on('SIGUSR2', () => histogram.reset())
process.once('exit', () => {
  // What it records is the whole interval between two ticks, its own resolution included.
  const stall = (ns: number) => ns / 1e6 - resolutionMs
  const found = { p99: stall(histogram.percentile(99)), longest: stall(histogram.max) }
  writeFileSync(process.env.STALL_FILE ?? '/dev/null', JSON.stringify(found))
})
