import { docsAddress } from '../../base/docs.ts'
import { dataPlane, extension, preInstallation, routes } from './categories.ts'
import type { Check } from './finding.ts'

/** The URL of the part of the manual that explains a check and what to do about it. */
export const hintOf = ({ id }: Check): string => `${docsAddress}using/cli/check.md#${id}`

/** A part of the manual for each check. */
export function manual(): string {
  const all = [preInstallation, extension, routes, dataPlane].flatMap(({ checks }) => checks)
  const parts = [...new Set(all)].map(
    (check) => `### ${check.id}\n\n${quoted(check)} If it does not pass: ${check.meaning}${again(check)}`,
  )
  return ['## The checks', ...parts].join('\n\n')
}

const quoted = ({ description }: Check): string => `_${description}_.`
const again = ({ retry }: Check): string =>
  retry ? ' The check is repeated until it passes or the `--wait` time is over.' : ''
