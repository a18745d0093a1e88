import type { Package } from './packages.ts'
import { product } from './product.ts'

/**
 * A software bill of materials in CycloneDX 1.6: exactly the packages that are in what we ship, and the
 * Node.js that the image and the executable bring along. Equal input, equal bytes: so no serial number and no
 * time, both of which the format leaves optional. (`npm sbom` knows only the lockfile: it lists twice as many
 * packages, and without those for development it leaves out some that are bundled.)
 */
export function billOfMaterials(packages: readonly Package[], nodeVersion: string): string {
  const { name, version, description, license } = product
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': `pkg:npm/${name}@${version}`,
        name,
        version,
        description,
        licenses: [{ license: { id: license } }],
        purl: `pkg:npm/${name}@${version}`,
      },
    },
    components: [node(nodeVersion), ...packages.map(component)],
  }
  return `${JSON.stringify(bill, null, 2)}\n`
}

function component({ name, version, license, sha512 }: Package) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    licenses: [/\s/.test(license) ? { expression: license } : { license: { id: license } }],
    hashes: [{ alg: 'SHA-512', content: sha512 }],
    purl,
  }
}

function node(version: string) {
  const purl = `pkg:generic/node@${version}`
  return {
    type: 'platform',
    'bom-ref': purl,
    name: 'node',
    version,
    licenses: [{ license: { id: 'MIT' } }],
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    purl,
  }
}
