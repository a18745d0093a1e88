/**
 * Preloaded into a process: adds a line to the file that `STALL_FILE` names (JSON, ms) for how long its event loop stood
 * still, at each SIGUSR2 and at the end. Each is about the time since the one before; the first about that since the
 * first request to the API server: what a process does before is to load itself, when there is nobody to keep waiting.
 */
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 1
const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
subscribe('http.client.request.start', () => void histogram.enable())

function note(): void {
  // What it records is the whole interval between two ticks, its own resolution included.
  const stall = (ns: number) => ns / 1e6 - resolutionMs
  const found = { p99: stall(histogram.percentile(99)), longest: stall(histogram.max) }
  appendFileSync(process.env.STALL_FILE ?? '/dev/null', `${JSON.stringify(found)}\n`)
  histogram.reset()
}
process.on('SIGUSR2', note)
process.once('exit', note)
