import { useEffect, useRef } from 'preact/hooks'
import type { Range } from './use-range.ts'

interface Place {
  readonly current: HTMLElement | null
}

/**
 * Moves and zooms a range with mouse, finger and keys. `left` is where the picture begins in the element
 * (pixels).
 */
export function useGestures(range: Range, place: Place, left: number) {
  const dragFrom = useRef<number | undefined>(undefined)
  const share = (clientX: number) => {
    const { current } = place
    if (!current) return 0.5
    const box = current.getBoundingClientRect()
    return (clientX - box.left - left) / Math.max(1, box.width - left)
  }
  useWheel(place, (event) => {
    if (event.ctrlKey || event.metaKey) range.zoom(event.deltaY > 0 ? 1.25 : 0.8, share(event.clientX))
    else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) range.pan(event.deltaX / 800)
    else return
    event.preventDefault()
  })
  return {
    onKeyDown: (event: KeyboardEvent) => {
      const act = keys[event.key]
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      act(range)
    },
    onPointerDown: (event: PointerEvent) => {
      if (event.button === 0) dragFrom.current = share(event.clientX)
    },
    onPointerMove: (event: PointerEvent) => {
      if (dragFrom.current === undefined || event.buttons === 0) return
      const at = share(event.clientX)
      range.pan(dragFrom.current - at)
      dragFrom.current = at
    },
    onPointerUp: () => {
      dragFrom.current = undefined
    },
  }
}

const keys: Readonly<Record<string, (range: Range) => void>> = {
  ArrowLeft: (range) => range.pan(-0.2),
  ArrowRight: (range) => range.pan(0.2),
  '+': (range) => range.zoom(0.5, 0.5),
  '=': (range) => range.zoom(0.5, 0.5),
  '-': (range) => range.zoom(2, 0.5),
  Home: (range) => range.last(undefined),
  End: (range) => range.last(range.span),
}

/** A listener that may keep the page from scrolling, which the framework's own may not. */
function useWheel(place: Place, turn: (event: WheelEvent) => void): void {
  const latest = useRef(turn)
  latest.current = turn
  useEffect(() => {
    const element = place.current
    const listen = (event: WheelEvent) => latest.current(event)
    element?.addEventListener('wheel', listen, { passive: false })
    return () => element?.removeEventListener('wheel', listen)
  }, [place])
}
