#!/usr/bin/env bash
# A JSON Patch `test` at the Kubernetes API server compares the text of a value, as Go writes it, not the value.
#
# RFC 6902 says that numbers are equal if their values are. The library that kube-apiserver applies JSON Patches with
# compares scalars as bytes: 1 differs from 1.0 and from 1e0, 1.5 from 1.50. The server gives it the stored object as
# Go's encoder writes it, which escapes &, < and > in strings; a `test` that names such a string as most other
# languages write it fails each time that it is tried, with 422, although the values are equal. What is put into a
# `test` must therefore be written as Go writes it.
#
# Seen with: gopkg.in/evanphx/json-patch.v4 v4.13.0 (the version that kube-apiserver 1.36.3 is built with), Go 1.26.
# Needs: go, and access to the Go module proxy.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > go.mod <<'GOMOD'
module finding

go 1.26

require gopkg.in/evanphx/json-patch.v4 v4.13.0
GOMOD

cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
)

func passes(stored any, value string) bool {
	document, _ := json.Marshal(map[string]any{"a": stored})
	patch, err := jsonpatch.DecodePatch([]byte(`[{"op":"test","path":"/a","value":` + value + `}]`))
	if err != nil {
		panic(err)
	}
	_, err = patch.Apply(document)
	return err == nil
}

func main() {
	fmt.Println("stored 1, test 1:", passes(1, "1"))
	fmt.Println("stored 1, test 1.0:", passes(1, "1.0"))
	fmt.Println("stored 1.5, test 1.50:", passes(1.5, "1.50"))
	fmt.Println(`stored a&b, test "a&b":`, passes("a&b", `"a&b"`))
	fmt.Println(`stored a&b, test "a\u0026b":`, passes("a&b", `"a\u0026b"`))
	fmt.Println(`stored é, test "\u00e9":`, passes("é", `"\u00e9"`))
}
GO

go mod tidy > tidy.log 2>&1 || { cat tidy.log >&2; exit 1; }
seen=$(go run .)
expected='stored 1, test 1: true
stored 1, test 1.0: false
stored 1.5, test 1.50: false
stored a&b, test "a&b": false
stored a&b, test "a\u0026b": true
stored é, test "\u00e9": false'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { echo 'not as it was when this was written' >&2; exit 1; }
