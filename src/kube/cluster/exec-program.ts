import { spawn } from 'node:child_process'

/** A program that prints credentials. */
export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** It may ask the person at the terminal; then it writes its questions and errors there too. */
  readonly isInteractive: boolean
  /** How to install it, for the message that it is not there. */
  readonly installHint: string
}

/** Much more than any credentials. */
const mostBytes = 1024 * 1024
/** How much of what it writes to standard error is part of the message (characters). */
const mostOfError = 1_000

/** What it writes to standard output; rejects with a sentence if it cannot be run, or fails. */
export function runProgram(program: Program): Promise<string> {
  const { command, args, env, isInteractive } = program
  return new Promise((resolve, reject) => {
    const terminal = isInteractive ? 'inherit' : 'ignore'
    const child = spawn(command, [...args], {
      env,
      stdio: [terminal, 'pipe', isInteractive ? 'inherit' : 'pipe'],
    })
    const output = collect(child.stdout, () => child.kill())
    const errors = collect(child.stderr, () => {})
    child.once('error', (problem) => reject(notRun(program, problem)))
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(output())
      const how = code === null ? `was ended by ${signal}` : `failed with exit code ${code}`
      const text = errors().trim().slice(-mostOfError)
      reject(new Error(`its exec plugin ${command} ${how}${text === '' ? '' : `: ${text}`}`))
    })
  })
}

/** Reads a stream as text, its beginning alone if it is long. */
function collect(stream: NodeJS.ReadableStream | null, onTooMuch: () => void): () => string {
  const chunks: Buffer[] = []
  let bytes = 0
  stream?.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= mostBytes) chunks.push(chunk)
    else onTooMuch()
  })
  return () => Buffer.concat(chunks).toString('utf8')
}

function notRun({ command, installHint }: Program, problem: Error): Error {
  const isMissing = 'code' in problem && problem.code === 'ENOENT'
  const hint = installHint.trim().replaceAll(/\s*\n\s*/g, ' ')
  if (isMissing)
    return new Error(`its exec plugin ${command} is not installed${hint === '' ? '' : `: ${hint}`}`)
  return new Error(`its exec plugin ${command} cannot be run: ${problem.message}`)
}
