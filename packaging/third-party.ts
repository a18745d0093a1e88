import type { Package } from './packages.ts'

const rule = '-'.repeat(80)

/** What must go along with a bundle: which packages it contains, and their licences, word for word. */
export function thirdParty(packages: readonly Package[]): string {
  const intro = `This program contains the following packages, each under its own licence.`
  return [intro, ...packages.map(section)].join(`\n\n${rule}\n`)
}

function section({ name, version, license, texts }: Package): string {
  const said = texts.length > 0 ? texts : ['(its archive has no licence text)']
  return [`${name} ${version}, ${license}`, ...said].join('\n\n')
}
