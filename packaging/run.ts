import { execFile } from 'node:child_process'

/** All that a program wrote. */
export interface Output {
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, in a folder; throws with all that it wrote where it fails. */
export function runBoth(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Output> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, env, maxBuffer: 64 * 2 ** 20 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stdout}${stderr}`))
      else resolve({ stdout, stderr })
    })
  })
}

/** What a program writes to standard output; otherwise as `runBoth`. */
export const run = async (...how: Parameters<typeof runBoth>): Promise<string> =>
  (await runBoth(...how)).stdout
