#!/usr/bin/env bash
# A kubeconfig user with both `token` and `tokenFile`: kubectl sends the file's, the JavaScript client the other.
#
# client-go documents that tokenFile, whose content is read again as it rotates, takes precedence over token.
# @kubernetes/client-node sends `token` and never opens the file. A kubeconfig that some tool has written with both
# (a first token inline, the rotating one in a file) works with kubectl, and ends in 401 for a JavaScript program as
# soon as the inline token has expired.
#
# Seen with: @kubernetes/client-node 2.0.1 (Node 24.21), k8s.io/client-go v0.36.3 (Go 1.26).
# Needs: npm, go, and access to the npm registry and the Go module proxy. Talks to 127.0.0.1 only.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

printf 'from-the-file' > token
cat > kubeconfig <<KUBECONFIG
apiVersion: v1
kind: Config
current-context: here
clusters: [{ name: here, cluster: { server: "https://127.0.0.1:1", insecure-skip-tls-verify: true } }]
users: [{ name: me, user: { token: from-the-field, tokenFile: $folder/token } }]
contexts: [{ name: here, context: { cluster: here, user: me } }]
KUBECONFIG

# Node 24 comes from the registry too: this version of the client does not load on Node 20.
printf '{ "private": true, "allowScripts": { "node": true } }' > package.json
npm install --no-fund --no-audit node@24.21.0 @kubernetes/client-node@2.0.1 > npm.log 2>&1 || { cat npm.log >&2; exit 1; }
cat > javascript.mjs <<'JS'
import { KubeConfig } from '@kubernetes/client-node'
const config = new KubeConfig()
config.loadFromFile('kubeconfig')
const options = {}
await config.applyToHTTPSOptions(options)
console.log('@kubernetes/client-node:', options.headers.Authorization)
JS

cat > go.mod <<'GOMOD'
module finding

go 1.26

require k8s.io/client-go v0.36.3
GOMOD
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	server := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		fmt.Println("client-go:", request.Header.Get("Authorization"))
	}))
	defer server.Close()
	config, err := clientcmd.BuildConfigFromFlags("", "kubeconfig")
	if err != nil {
		panic(err)
	}
	config.Host = server.URL
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		panic(err)
	}
	if _, err := client.Get(server.URL); err != nil {
		panic(err)
	}
}
GO
go mod tidy > tidy.log 2>&1 || { cat tidy.log >&2; exit 1; }

seen=$(node_modules/.bin/node javascript.mjs && go run .)
expected='@kubernetes/client-node: Bearer from-the-field
client-go: Bearer from-the-file'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { echo 'not as it was when this was written' >&2; exit 1; }
