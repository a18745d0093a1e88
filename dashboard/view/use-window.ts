import { useEffect, useLayoutEffect, useReducer, useRef } from 'preact/hooks'
import { slotsFor, type Window, windowOf } from '../model/window.ts'

/** Rows that are ready above and below what is seen. */
const overscan = 6

/** Rows to draw, and how many elements they share: a row that leaves hands its element to one that comes. */
interface PageWindow extends Window {
  readonly body: { readonly current: HTMLTableSectionElement | null }
  readonly slots: number
}

/**
 * Which of `rows` rows have to be drawn in an element that is as high as all of them, while the page is
 * scrolled. The window of the page is what scrolls: one scroll bar, on a phone as on a screen.
 */
export function usePageWindow(rows: number, rowHeight: number): PageWindow {
  const body = useRef<HTMLTableSectionElement>(null)
  const [, look] = useReducer((looks: number) => looks + 1, 0)
  const shown = useRef<Window>({ first: 0, end: 0 })
  const current = windowIn(body.current, rows, rowHeight)
  useLayoutEffect(() => {
    shown.current = current
    // The first rendering did not know the position of the element yet.
    if (current.end === 0 && rows > 0) look(undefined)
  })
  useEffect(() => {
    const check = () => {
      const wanted = windowIn(body.current, rows, rowHeight)
      const { first, end } = shown.current
      if (wanted.first !== first || wanted.end !== end) look(undefined)
    }
    addEventListener('scroll', check, { passive: true })
    addEventListener('resize', check)
    return () => {
      removeEventListener('scroll', check)
      removeEventListener('resize', check)
    }
  }, [rows, rowHeight])
  return { body, slots: slotsFor(innerHeight, rowHeight, overscan), ...current }
}

function windowIn(element: HTMLElement | null, rows: number, rowHeight: number): Window {
  if (!element) return { first: 0, end: 0 }
  return windowOf(-element.getBoundingClientRect().top, innerHeight, rowHeight, rows, overscan)
}
