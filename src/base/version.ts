import packageJson from '../../package.json' with { type: 'json' }

/** The version of operator and command line: the one of package.json. */
export const version: string = packageJson.version
