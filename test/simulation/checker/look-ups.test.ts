import { beforeEach, expect, it } from 'vitest'
import { Process } from '../engine/process.ts'
import { Scheduler } from '../engine/scheduler.ts'
import { LookUps } from './look-ups.ts'

let lookUps: LookUps
let process: Process
beforeEach(() => {
  lookUps = new LookUps()
  process = new Process('a', 1, 0, new Scheduler())
})
function ask(from: number, to: number, status: number, retryAfterSeconds?: number): void {
  lookUps.sent(process, from)
  lookUps.answered(process, status, to, retryAfterSeconds)
}

it('a process has looked up every kind once all that it asked at first is answered', () => {
  expect(lookUps.areOver(process, 1)).toBe(false)
  lookUps.sent(process, 2)
  lookUps.sent(process, 3)
  lookUps.answered(process, 200, 4)
  expect(lookUps.areOver(process, 5)).toBe(false)
  lookUps.answered(process, 200, 6)
  expect(lookUps.areOver(process, 6)).toBe(false)
  expect(lookUps.areOver(process, 7)).toBe(true)
})

it('may not have looked up one while requests fail, and for a while after', () => {
  ask(0, 5, 0)
  ask(40_000, 50_000, 500)
  expect(lookUps.areOver(process, 100_000)).toBe(false)
  expect(lookUps.areOver(process, 106_000)).toBe(true)
})

it('waits for as long as it was told to', () => {
  ask(0, 10_000, 429, 60)
  expect(lookUps.areOver(process, 120_000)).toBe(false)
  expect(lookUps.areOver(process, 130_000)).toBe(true)
})

it('forgets nothing that it has looked up', () => {
  ask(0, 5, 200)
  lookUps.sent(process, 60_000)
  expect(lookUps.areOver(process, 61_000)).toBe(true)
  lookUps.answered(process, 500, 62_000)
  expect(lookUps.areOver(process, 63_000)).toBe(true)
})

it('looks up nothing while it is frozen', () => {
  ask(0, 5, 0)
  process.thawed = { from: 5_000, at: 100_000 }
  expect(lookUps.areOver(process, 101_000)).toBe(false)
  expect(lookUps.areOver(process, 156_000)).toBe(true)
})
