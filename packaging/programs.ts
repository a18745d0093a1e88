import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleFile, bundleModules, cli, filesIn, operator, root } from './bundle.ts'
import { bundleDashboard } from './dashboard.ts'
import { type Package, packagesOf } from './packages.ts'
import { thirdParty } from './third-party.ts'

/** Where the bundles of one run lie, and what is in them. */
export interface Bundles {
  /** Folder of the operator; it starts as `operator.mjs`. */
  readonly operator: string
  /** Folder of the command line; it starts as `linkerd-failover.mjs`. */
  readonly cli: string
  /** The command line as one CommonJS file. */
  readonly cliFile: string
  readonly packages: readonly Package[]
}

/** Bundles both programs below `out`, each with the licences of what it contains. */
export async function bundlePrograms(out: string): Promise<Bundles> {
  const folders = { operator: join(out, operator.name), cli: join(out, 'cli') }
  const cliFile = join(out, 'executable', `${cli.name}.cjs`)
  const operatorFiles = await bundleOperator(folders.operator)
  const cliFiles = filesIn(await bundleModules(cli, folders.cli))
  addLicences(folders.cli, cliFiles)
  const executableFiles = filesIn(await bundleFile(cli, cliFile))
  return { ...folders, cliFile, packages: packagesOf([...operatorFiles, ...cliFiles, ...executableFiles]) }
}

/**
 * Bundles the operator, with the dashboard beside it, where it looks for it.
 *
 * @returns the files that went into it
 */
export async function bundleOperator(folder: string): Promise<string[]> {
  const program = filesIn(await bundleModules(operator, folder))
  const files = [...program, ...(await bundleDashboard(join(folder, 'dashboard')))]
  addLicences(folder, files)
  return files
}

function addLicences(folder: string, files: readonly string[]): void {
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  writeFileSync(join(folder, 'THIRD-PARTY.txt'), thirdParty(packagesOf(files)))
}
