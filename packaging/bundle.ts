import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'

/** The root of the repository; all paths of inputs are relative to it. */
export const root = join(import.meta.dirname, '..')

/** A program that is shipped: the file that starts it, and the name that its bundle gets. */
export interface Program {
  readonly name: string
  readonly entry: string
}

export const operator: Program = { name: 'operator', entry: 'src/main.ts' }
export const cli: Program = { name: 'linkerd-failover', entry: 'src/cli/main.ts' }

/**
 * Where the users of a bundle read docs/, as a URL that ends with a slash. The project has no web site: whoever
 * builds for others sets it (RELEASING.md).
 */
export const docsAddress = process.env.DOCS_ADDRESS || 'https://docs.example.com/linkerd-failover/'

/**
 * Names stay as they are, so that a stack trace in a bug report can be read; to shorten them would save 1 MiB
 * of memory and 9 ms of a start. The bytes do not depend on the place where they are made, nor on whether
 * node_modules is a link.
 */
const common: BuildOptions = {
  absWorkingDir: root,
  preserveSymlinks: true,
  bundle: true,
  platform: 'node',
  target: 'node24',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  metafile: true,
  define: { DOCS_ADDRESS: JSON.stringify(docsAddress) },
  logLevel: 'silent',
}

/** Libraries in CommonJS call `require`, which a module does not have. */
const requireForModules = `import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);`

/** What is imported of `node:http` by name; the bundler refuses what is not here. */
const httpNames = ['Agent', 'createServer', 'request', 'STATUS_CODES']

/**
 * Takes `node:http` by `require`. An `import` of it reads all of its exports, even those that are made when they are
 * read first: `WebSocket` and others bring undici, 13 MiB (measured, Node 24), which nothing here uses.
 */
const httpWithoutUndici: Plugin = {
  name: 'node:http without undici',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:http$/ }, ({ path, namespace }) =>
      namespace === 'required' ? { path, external: true } : { path, namespace: 'required' },
    )
    onLoad({ filter: /^node:http$/, namespace: 'required' }, () => ({
      contents: `const http = require('node:http')
        export const { ${httpNames.join(', ')} } = http
        export default http`,
    }))
  },
}

/**
 * Bundles a program as ES modules into an emptied folder; it starts as `NAME.mjs`. What the sources import
 * lazily lies in files of its own: a Pod never reads the kubeconfig library.
 */
export function bundleModules({ name, entry }: Program, folder: string): Promise<Metafile> {
  rmSync(folder, { recursive: true, force: true })
  return run({
    entryPoints: { [name]: entry },
    format: 'esm',
    splitting: true,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    banner: { js: requireForModules },
    plugins: [httpWithoutUndici],
  })
}

/** Bundles a program as one CommonJS file, which is all that an executable can hold. */
export function bundleFile({ entry }: Program, file: string): Promise<Metafile> {
  // CommonJS has no import.meta. Only src/base/docs.ts asks for it, and not if the build names DOCS_ADDRESS.
  const define = { ...common.define, 'import.meta.url': 'undefined' }
  return run({ entryPoints: [entry], format: 'cjs', outfile: file, define })
}

/** The files of which something is left in what was bundled, from the root of the repository. */
export const filesIn = ({ outputs }: Metafile): string[] =>
  Object.values(outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((path) => (inputs[path]?.bytesInOutput ?? 0) > 0),
  )

/** Throws where esbuild warns too: a warning of a bundler is a failure at a customer's. */
async function run(options: BuildOptions): Promise<Metafile> {
  const { warnings, metafile } = await build({ ...common, ...options })
  if (warnings.length > 0) {
    const lines = warnings.map(({ text, location }) => `${location?.file}:${location?.line}: ${text}`)
    throw new Error(`esbuild printed warnings:\n${lines.join('\n')}`)
  }
  return metafile ?? { inputs: {}, outputs: {} }
}
