import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleFile, bundleModules, cli, operator, root } from './bundle.ts'
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
  const operatorContents = await bundleModules(operator, folders.operator)
  const cliContents = await bundleModules(cli, folders.cli)
  const fileContents = await bundleFile(cli, cliFile)
  addLicences(folders.operator, packagesOf(operatorContents))
  addLicences(folders.cli, packagesOf(cliContents))
  return { ...folders, cliFile, packages: packagesOf(operatorContents, cliContents, fileContents) }
}

function addLicences(folder: string, packages: readonly Package[]): void {
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  writeFileSync(join(folder, 'THIRD-PARTY.txt'), thirdParty(packages))
}
