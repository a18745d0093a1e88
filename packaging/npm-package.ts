import { readdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cli } from './bundle.ts'
import { product } from './product.ts'
import { run } from './run.ts'

const readme = `# linkerd-failover

The command line of linkerd-failover, which moves traffic away from Linkerd services that cannot serve.

    linkerd-failover --help

Linkerd runs it too, as \`linkerd failover\` and in \`linkerd check\`.
`

/**
 * Packs the folder of the bundled command line as an npm package. What it needs is in the bundle, so it
 * depends on nothing. npm calls every archive NAME-VERSION.tgz, but that is the name of the chart's.
 */
export async function packNpmPackage(folder: string, archive: string): Promise<void> {
  const { name, version, description, license } = product
  const manifest = {
    name,
    version,
    description,
    license,
    type: 'module',
    engines: { node: '>=24' },
    bin: { [name]: `${cli.name}.mjs` },
    files: readdirSync(folder),
  }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(join(folder, 'README.md'), readme)
  await run('npm', ['pack', '--pack-destination', dirname(archive)], folder)
  renameSync(join(dirname(archive), `${name}-${version}.tgz`), archive)
}
