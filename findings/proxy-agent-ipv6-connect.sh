#!/usr/bin/env bash
# An agent for HTTP proxies that is inside the Kubernetes client for JavaScript asks the proxy for an IPv6 server without
# brackets: `CONNECT ::1:6443`. RFC 9110 (9.3.6) wants the authority form, `[::1]:6443`; a proxy cannot tell where the
# address ends and the port begins. With an IPv4 address or a name the same agent is right.
#
# Seen with: hpagent 1.2.0 (a dependency of @kubernetes/client-node 2.0.1), Node.js 20 and 24.
# Needs: node, npm, and access to the npm registry.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund hpagent@1.2.0

cat > ask.cjs <<'JS'
const http = require('node:http')
const https = require('node:https')
const { HttpsProxyAgent } = require('hpagent')

const asked = []
const proxy = http.createServer().on('connect', ({ url, headers }, socket) => {
  asked.push(`CONNECT ${url}, host: ${headers.host}`)
  socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n')
})
const ask = (url, agent) =>
  new Promise((resolve) => https.get(url, { agent }).on('error', (error) => resolve(error.message)))

proxy.listen(0, '127.0.0.1', async () => {
  const agent = new HttpsProxyAgent({ proxy: `http://127.0.0.1:${proxy.address().port}` })
  for (const url of ['https://192.0.2.1:6443/', 'https://api.example:6443/', 'https://[2001:db8::1]:6443/'])
    await ask(url, agent)
  console.log(asked.join('\n'))
  proxy.close()
})
JS

seen=$(node ask.cjs)
echo "$seen"
expected='CONNECT 192.0.2.1:6443, host: 192.0.2.1:6443
CONNECT api.example:6443, host: api.example:6443
CONNECT 2001:db8::1:6443, host: 2001:db8::1:6443'
[ "$seen" = "$expected" ] || { echo 'this has changed' >&2; exit 1; }
