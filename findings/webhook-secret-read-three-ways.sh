#!/usr/bin/env bash
# Libraries for Standard Webhooks do not read the same key from the same secret: what one takes, another refuses or reads
# as other bytes.
#
# A secret is written as `whsec_` and base64. One would expect that a text without whsec_ is the key itself; all three
# read it as base64 too. Base64 without its padding is a key for JavaScript and Python, and an error for Go. Base64 of the
# URL-safe alphabet is an error for two of them, while Python leaves out the characters that it does not know and gets
# another key, so that every message looks forged. For receivers of all kinds a secret is whsec_ and padded base64 of the
# standard alphabet, and nothing else.
#
# Seen with: standardwebhooks 1.1.1 (npm) and 1.1.0 (PyPI), github.com/standard-webhooks/standard-webhooks/libraries
# v0.0.1, Node 20, Python 3.11, Go 1.26.
# Needs: node, npm, python3, go, and access to the npm registry, PyPI and the Go module proxy.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > secrets.json <<'JSON'
["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX+/+/GA==", "hunter2hunter2hunter2hun",
 "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX+/+/GA", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX-_-_"]
JSON
printf 'module finding\n\ngo 1.26\n\nrequire github.com/standard-webhooks/standard-webhooks/libraries v0.0.1\n' > go.mod

# Each program signs the same message with each secret and writes one line a secret: the signature, or "refused".
cat > sign.mjs <<'JS'
import { readFileSync } from 'node:fs'
import { Webhook } from 'standardwebhooks'
for (const secret of JSON.parse(readFileSync('secrets.json', 'utf8')))
  try {
    console.log(new Webhook(secret).sign('id', new Date(1e12), '{}'))
  } catch {
    console.log('refused')
  }
JS
cat > sign.py <<'PY'
import datetime, json
from standardwebhooks import Webhook
for secret in json.load(open("secrets.json")):
    try:
        print(Webhook(secret).sign("id", datetime.datetime.fromtimestamp(1e9, datetime.timezone.utc), "{}"))
    except Exception:
        print("refused")
PY
cat > sign.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func main() {
	var secrets []string
	text, err := os.ReadFile("secrets.json")
	if err == nil {
		err = json.Unmarshal(text, &secrets)
	}
	if err != nil {
		panic(err)
	}
	for _, secret := range secrets {
		webhook, err := webhooks.NewWebhook(secret)
		if err != nil {
			fmt.Println("refused")
			continue
		}
		signature, err := webhook.Sign("id", time.Unix(1e9, 0), []byte("{}"))
		if err != nil {
			panic(err)
		}
		fmt.Println(signature)
	}
}
GO

# Which key a library had, by its signature.
cat > tell.mjs <<'JS'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
const libraries = ['JavaScript', 'Python', 'Go']
const signatures = libraries.map((_, at) => readFileSync(`signed.${at}`, 'utf8').trim().split('\n'))
JSON.parse(readFileSync('secrets.json', 'utf8')).forEach((secret, at) => {
  const text = secret.replace('whsec_', '')
  const told = new Map([['refused', 'refused']])
  for (const [name, key] of [['the text', text], ['base64', Buffer.from(text, 'base64')]])
    told.set(`v1,${createHmac('sha256', key).update('id.1000000000.{}').digest('base64')}`, name)
  console.log(`${secret}: ${libraries.map((one, of) => `${one} ${told.get(signatures[of][at]) ?? 'another key'}`).join(', ')}`)
})
JS

{
  npm install --no-fund --no-audit standardwebhooks@1.1.1
  python3 -m venv python
  python/bin/pip install standardwebhooks==1.1.0
  go mod tidy
} > install.log 2>&1 || { cat install.log >&2; exit 1; }
node sign.mjs > signed.0
python/bin/python sign.py > signed.1
go run sign.go > signed.2
seen=$(node tell.mjs)
printf '%s\n' "$seen"
expected='whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX+/+/GA==: JavaScript base64, Python base64, Go base64
hunter2hunter2hunter2hun: JavaScript base64, Python base64, Go base64
whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX+/+/GA: JavaScript base64, Python base64, Go refused
whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX-_-_: JavaScript refused, Python another key, Go refused'
[ "$seen" = "$expected" ] || { echo 'not as it was when this was written' >&2; exit 1; }
