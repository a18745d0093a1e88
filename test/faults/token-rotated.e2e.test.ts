import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { name } from '../../src/install/manifest.ts'
import { connect } from '../control-plane/api.ts'
import { grantOperator } from '../control-plane/operator-access.ts'
import { eventually } from '../e2e/eventually.ts'
import { useStage } from './stage.ts'

let tokenFile = ''
const stage = useStage({
  kubeconfig: async (_, path) => {
    tokenFile = `${path}.token`
    const text = readFileSync(path, 'utf8')
    writeFileSync(tokenFile, /token: (\S+)/.exec(text)?.[1] ?? '')
    const kubeconfig = `${path}.with-token-file`
    writeFileSync(kubeconfig, text.replace(/token: \S+/, `tokenFile: ${tokenFile}`))
    return kubeconfig
  },
})

it('the token is void, and a new one comes by file', async () => {
  const { controlPlane } = stage()
  // Tokens of a ServiceAccount end with it; the server remembers for ten seconds that one was good.
  const old = connect({ ...controlPlane, token: readFileSync(tokenFile, 'utf8'), connections: 1 })
  await controlPlane.api.remove(`/api/v1/namespaces/${name}/serviceaccounts/${name}`)
  await eventually(async () => expect(await old.status('/version')).toBe(401), 60_000)
  await old.close()
  await stage().primaries(0)
  await stage().felt('unauthorized', 10)
  await stage().said(/answered 401/)
  const next = await grantOperator(controlPlane.api)
  writeFileSync(`${tokenFile}.next`, next)
  renameSync(`${tokenFile}.next`, tokenFile)
  await stage().allRight(60, 'token rotated')
  await stage().nothingIsLeft()
})
