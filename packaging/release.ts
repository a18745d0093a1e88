import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesBelow, writeArchive } from './archive.ts'
import { root } from './bundle.ts'
import { makeExecutable, platform } from './executable.ts'
import { imageContext } from './image-context.ts'
import { packNpmPackage } from './npm-package.ts'
import { lockedVersion } from './packages.ts'
import { product } from './product.ts'
import { bundlePrograms } from './programs.ts'
import { billOfMaterials } from './sbom.ts'

/**
 * Makes all that a release consists of in `out/release`, and publishes nothing. Two runs over the same
 * sources with the same Node.js make the same bytes.
 *
 * @returns the names of the files
 */
export async function makeRelease(out: string): Promise<string[]> {
  const folder = join(out, 'release')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const bundles = await bundlePrograms(out)
  const { name, version } = product
  await makeExecutable(bundles.cliFile, join(folder, `${name}-${version}-${platform}`))
  await packNpmPackage(bundles.cli, join(folder, `${name}-npm-${version}.tgz`))
  await writeArchive(join(folder, `${name}-operator-${version}.tgz`), filesBelow(out, 'operator'))
  await writeArchive(join(folder, `${name}-${version}.tgz`), filesBelow(join(root, 'charts'), name))
  await writeArchive(join(folder, `${name}-image-${version}.tgz`), imageContext())
  const bill = billOfMaterials(bundles.packages, lockedVersion('node_modules/node'))
  writeFileSync(join(folder, `${name}-${version}.cdx.json`), bill)
  const files = readdirSync(folder).sort()
  writeFileSync(join(folder, 'SHA256SUMS'), files.map((file) => checksum(folder, file)).join(''))
  return [...files, 'SHA256SUMS']
}

/** A line that `sha256sum --check` reads. */
function checksum(folder: string, file: string): string {
  const digest = createHash('sha256').update(readFileSync(join(folder, file)))
  return `${digest.digest('hex')}  ${file}\n`
}
