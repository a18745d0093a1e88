#!/usr/bin/env node
import { systemClock } from '../base/clock.ts'
import { exitCodes } from './failure.ts'
import type { Io, Stream } from './io.ts'
import { runCli } from './run.ts'

/** The command line as a program. No top-level await: it is also bundled as CommonJS. */
function main(): void {
  // A reader such as `head` that has seen enough is no error.
  process.stdout.on('error', () => process.exit())
  runCli(process.argv.slice(2), processIo()).then(
    (exitCode) => {
      process.exitCode = exitCode
    },
    (bug: unknown) => {
      process.stderr.write(
        `linkerd-failover: this is a bug, please report it: ${bug instanceof Error ? bug.stack : bug}\n`,
      )
      process.exitCode = exitCodes.bug
    },
  )
}

function processIo(): Io {
  const interruption = new AbortController()
  const interrupt = () => interruption.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  return {
    stdout: streamOf(process.stdout),
    stderr: streamOf(process.stderr),
    readInput: async () => (await import('node:stream/consumers')).text(process.stdin),
    ask: process.stdin.isTTY
      ? async (question) => (await import('./ask.ts')).askAtTerminal(question, interruption.signal)
      : undefined,
    env: process.env,
    clock: systemClock,
    random: Math.random,
    interrupted: interruption.signal,
    connect: async (options) => (await import('./connect.ts')).connectTo(options, process.env, systemClock),
    openBrowser: async (url) => (await import('./dashboard/browser.ts')).openBrowser(url),
  }
}

const streamOf = (stream: NodeJS.WriteStream): Stream => ({
  write: (text) => void stream.write(text),
  isTerminal: stream.isTTY === true,
  get columns() {
    return stream.isTTY ? stream.columns : undefined
  },
})

main()
