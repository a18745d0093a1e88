import { useEffect, useReducer, useRef } from 'preact/hooks'
import type { Store } from '../live/store.ts'

/** The shortest time between two renderings of the page, however much happens (ms). */
const pulseMs = 100

/**
 * Draws the component again after the store has changed: at once, but not more often than a person can
 * follow.
 */
export function useStore(store: Store): void {
  const [, draw] = useReducer((drawn: number) => drawn + 1, 0)
  const drawnAt = useRef(0)
  drawnAt.current = performance.now()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const forget = store.subscribe(() => {
      timer ??= setTimeout(
        () => {
          timer = undefined
          draw(undefined)
        },
        Math.max(0, drawnAt.current + pulseMs - performance.now()),
      )
    })
    return () => {
      forget()
      clearTimeout(timer)
    }
  }, [store])
}

/** The page's clock, once a second. */
export function useNow(): number {
  const [, tick] = useReducer((ticks: number) => ticks + 1, 0)
  useEffect(() => {
    const timer = setInterval(() => tick(undefined), 1000)
    return () => clearInterval(timer)
  }, [])
  return Date.now()
}
