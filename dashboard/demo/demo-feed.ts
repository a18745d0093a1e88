import type { DemoState } from '../../sandbox/demo/page/state.ts'
import { decode } from '../live/decode.ts'
import { type Http, reasonOf, request } from '../live/http.ts'

export type { DemoService, DemoState } from '../../sandbox/demo/page/state.ts'
export type Sample = DemoState['samples'][number]

/** What is known of the demo. */
export interface Demo {
  readonly state: DemoState | undefined
  /** The last samples, oldest first. */
  readonly samples: readonly Sample[]
  /** Why it is not known any better, for people. */
  readonly problem: string | undefined
}

export const unknownDemo: Demo = { state: undefined, samples: [], problem: undefined }

const isState = (value: unknown): value is DemoState =>
  typeof value === 'object' &&
  value !== null &&
  'services' in value &&
  'samples' in value &&
  Array.isArray(value.samples)

/** So many samples are drawn: a minute. */
const kept = 240

/** Requests once, and adds the new samples. If the demo was restarted, the samples begin again. */
export async function askDemo(http: Http, known: Demo): Promise<Demo> {
  try {
    const last = known.samples.at(-1)?.number ?? 0
    const response = await request(http, `/demo/state?after=${last}`, {})
    const state = decode(await response.text(), isState, 'the state of the demo')
    return { state, samples: [...known.samples, ...state.samples].slice(-kept), problem: undefined }
  } catch (error) {
    // A restarted demo counts its samples from 1 again.
    return { state: known.state, samples: [], problem: reasonOf(error) }
  }
}

/** What a button does. */
export async function scaleService(
  http: Http,
  service: string,
  replicas: number,
): Promise<string | undefined> {
  try {
    await request(http, `/demo/services/${service}`, { method: 'POST', body: JSON.stringify({ replicas }) })
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}
