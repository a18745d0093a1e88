import type { Resource } from '../resource.ts'
import type { Listed } from './list.ts'

/** What to do next. */
export type Step =
  /** `was`: a watch that ended well; it goes on if its resource is still the one to read. */
  | { readonly kind: 'resolve'; readonly was?: WatchStep }
  | { readonly kind: 'list'; readonly resource: Resource }
  | WatchStep
  | { readonly kind: 'follow'; readonly resource: Resource; readonly listed: Listed }
  | {
      readonly kind: 'wait'
      readonly state: 'absent' | 'backingOff'
      readonly ms: number
      readonly next: Step
    }

type WatchStep = {
  readonly kind: 'watch'
  readonly resource: Resource
  readonly from: string
  /** The server may have gone back in time meanwhile, and would then say nothing until it is as far again. */
  readonly isDoubtful: boolean
}

export const resolve: Step = { kind: 'resolve' }
