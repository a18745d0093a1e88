import { describe, expect, it } from 'vitest'
import { frameBegin, hasColour, isLive, Screen } from './screen.ts'

describe('Screen', () => {
  it('draws over what it drew, and only if that changed', () => {
    const written: string[] = []
    const screen = new Screen({ write: (text: string) => written.push(text) })
    screen.draw(['a', 'b'])
    screen.draw(['a', 'b'])
    screen.draw(['a', 'c'])
    screen.end()
    expect(written).toHaveLength(3)
    expect(written[0]).toMatch(new RegExp(`^${RegExp.escape(frameBegin)}`))
    expect(written[0]).not.toContain('\x1b[2A')
    expect(written[1]).toContain('\x1b[2A')
    expect(written[2]).toBe('\x1b[?25h')
  })

  it('says lines for good, above what it draws', () => {
    const written: string[] = []
    const screen = new Screen({ write: (text: string) => written.push(text) })
    screen.draw(['a', 'b'])
    screen.say(['for good'])
    screen.draw(['a', 'b'])
    expect(written.slice(1, 3)).toEqual(['\x1b[2A\r\x1b[J', 'for good\n'])
    expect(written[3]).toBe(written[0])
  })

  it('is used on a terminal, unless it is dumb, or where it is asked for', () => {
    expect(isLive(true, { TERM: 'xterm' })).toBe(true)
    expect(isLive(true, { TERM: 'dumb' })).toBe(false)
    expect(isLive(false, {})).toBe(false)
    expect(isLive(false, { FORCE_COLOR: '1' })).toBe(true)
    expect(isLive(false, { FORCE_COLOR: '0' })).toBe(false)
    expect(hasColour(true, {})).toBe(true)
    expect(hasColour(true, { NO_COLOR: '1' })).toBe(false)
    expect(hasColour(true, { NO_COLOR: '' })).toBe(true)
    expect(hasColour(false, {})).toBe(false)
  })
})
