import { spawn } from 'node:child_process'
import { err, ok, type Result } from '../../base/result.ts'

/** The program of each system that opens a URL in the browser that the user has chosen. */
const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  // `start` is a word of the command interpreter; its first argument is the title of a window.
  win32: ['cmd', '/c', 'start', ''],
}

/**
 * Opens a URL in the user's browser.
 *
 * @returns why it could not, as the system says it
 */
export function openBrowser(
  url: string,
  platform: NodeJS.Platform = process.platform,
): Promise<Result<void, string>> {
  const [program, ...args] = openers[platform] ?? ['xdg-open']
  return new Promise((resolve) => {
    const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true })
    child.once('error', (problem) => resolve(err(problem.message)))
    child.once('exit', (code) =>
      resolve(code === 0 ? ok(undefined) : err(`${program} exited with status ${code}`)),
    )
    // The opener may stay as long as the browser does; it must not hold this program back.
    child.unref()
  })
}
