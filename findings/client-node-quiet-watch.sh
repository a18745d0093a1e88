#!/usr/bin/env bash
# The JavaScript client ends a watch that is quiet for 30 s, half the time between two bookmarks of an API server.
#
# A quiet watch is normal: kube-apiserver sends a bookmark once a minute to those who ask for bookmarks, and nothing
# at all to the others. Watch of @kubernetes/client-node calls it a timeout after 30 s without a byte, although no
# option asks for that; and what a callback throws is never seen, neither by the done callback nor as an unhandled
# rejection. A program built on it reconnects twice a minute in a quiet cluster, and does not learn of its own bugs.
#
# Seen with: @kubernetes/client-node 2.0.1, Node 24.21. Takes about 35 s.
# Needs: npm, and access to the npm registry. Talks to 127.0.0.1 only.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

printf '{ "private": true, "allowScripts": { "node": true } }' > package.json
npm install --no-fund --no-audit node@24.21.0 @kubernetes/client-node@2.0.1 > npm.log 2>&1 || { cat npm.log >&2; exit 1; }

cat > watch.mjs <<'JS'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { KubeConfig, Watch } from '@kubernetes/client-node'

const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('{"type":"ADDED","object":{"metadata":{"name":"web"}}}\n')
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')

const config = new KubeConfig()
config.loadFromClusterAndUser(
  { name: 'here', server: `http://127.0.0.1:${server.address().port}`, skipTLSVerify: true },
  { name: 'me' },
)
let rejections = 0
process.on('unhandledRejection', () => { rejections += 1 })
const began = Date.now()
const error = await new Promise((resolve, reject) => {
  const onEvent = () => { throw new Error('a bug in the callback') }
  new Watch(config).watch('/api/v1/services', {}, onEvent, resolve).catch(reject)
})
const seconds = Math.round((Date.now() - began) / 1000)
console.log(`ended after ${seconds >= 29 && seconds <= 32 ? '30' : seconds} s with ${error?.name}`)
console.log(`the bug of the callback: ${rejections} unhandled rejections, in the error: ${/a bug/.test(String(error))}`)
process.exit(0)
JS

seen=$(timeout 90 node_modules/.bin/node watch.mjs)
expected='ended after 30 s with TimeoutError
the bug of the callback: 0 unhandled rejections, in the error: false'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { echo 'not as it was when this was written' >&2; exit 1; }
