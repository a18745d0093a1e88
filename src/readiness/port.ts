import { field, text } from '../base/json.ts'
import { createShare } from '../base/share.ts'

/** A port of a Service, or of the endpoints behind it. */
export interface Port {
  /** '' for a port without a name. */
  readonly name: string
  readonly port: number | undefined
}

const share = createShare<readonly Port[]>((ports) => ports.map(({ name, port }) => `${name}:${port}`).join())

/** The ports in a list of objects; total. Equal lists are the same list. */
export const readPorts = (items: readonly unknown[]): readonly Port[] =>
  share(
    items.map((item) => {
      const port = field(item, 'port')
      return { name: text(item, 'name'), port: typeof port === 'number' ? port : undefined }
    }),
  )
