import type { Listed } from './list.ts'
import type { Resource } from './resource.ts'

/** What to do next. */
export type Step =
  /** `was`: a watch that ended well; it goes on if its resource is still the one to read. */
  | { readonly kind: 'resolve'; readonly was?: { readonly resource: Resource; readonly from: string } }
  | { readonly kind: 'list'; readonly resource: Resource }
  | { readonly kind: 'watch'; readonly resource: Resource; readonly from: string }
  | { readonly kind: 'follow'; readonly resource: Resource; readonly listed: Listed }
  | {
      readonly kind: 'wait'
      readonly state: 'absent' | 'backingOff'
      readonly ms: number
      readonly next: Step
    }

export const resolve: Step = { kind: 'resolve' }
