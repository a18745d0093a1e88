import { fileURLToPath } from 'node:url'

const configFile = fileURLToPath(new URL('../../../dashboard/vite.config.ts', import.meta.url))

/**
 * Builds the dashboard into the folder from which the operator serves it. Half a second; so it is never an
 * old one.
 */
export async function buildDashboard(): Promise<void> {
  const { build } = await import('vite')
  await build({ configFile, logLevel: 'error' })
}
