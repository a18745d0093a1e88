import type { CommandSpec } from './command.ts'

type Args = NonNullable<CommandSpec['args']>

const example = 'KIND/NAME or KIND NAME, for example trafficsplit/web'
const name = { term: '[name]', text: 'its name, if the word before is only its kind' }

/** The arguments of a command about one route. */
export const routeArgs: Args = [{ term: '<route>', text: example }, name]

/** The same of a command that can be for one route; the text begins with what it is then for. */
export const optionalRouteArgs = (text: string): Args => [
  { term: '[route]', text: `${text}: ${example}` },
  name,
]

/** The argument of a command about several routes. */
export const routesArgs: Args = [{ term: '<route...>', text: example }]
