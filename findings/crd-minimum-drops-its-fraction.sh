#!/usr/bin/env bash
# A fraction as `minimum` in a CRD does not hold for whole numbers: with `minimum: 0.01` the API server takes 0.
#
# A field of `type: number` with `minimum: 0.01` should refuse 0, and does so if it is written as 0.0. A number without a
# point is read as a whole number, and is compared with the minimum as a whole number as well: its fraction is cut off.
# A maximum of 0.5 holds for both ways of writing a number, and so does an exclusive minimum of 0. That one, or a rule in
# CEL, is what says "more than nothing".
#
# Seen with: what kube-apiserver 1.36.3 is built of (k8s.io/apiextensions-apiserver v0.36.3), Go 1.26. Takes a minute
# to build.
# Needs: go, and access to the Go module proxy.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > go.mod <<'GOMOD'
module finding

go 1.26.0

require k8s.io/apiextensions-apiserver v0.36.3
GOMOD

cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	kjson "k8s.io/apimachinery/pkg/util/json"
)

func validator(schema string) validation.SchemaValidator {
	var props apiextensions.JSONSchemaProps
	if err := json.Unmarshal([]byte(schema), &props); err != nil {
		panic(err)
	}
	made, _, err := validation.NewSchemaValidator(&props)
	if err != nil {
		panic(err)
	}
	return made
}

func main() {
	for _, schema := range []string{
		`{"type":"number","minimum":0.01}`,
		`{"type":"number","minimum":0,"exclusiveMinimum":true}`,
		`{"type":"number","maximum":0.5}`,
	} {
		for _, text := range []string{"0", "0.0", "0.001", "1"} {
			var value any
			// As the API server reads the body of a request.
			if err := kjson.Unmarshal([]byte(text), &value); err != nil {
				panic(err)
			}
			said := "taken"
			if len(validation.ValidateCustomResource(nil, value, validator(schema))) > 0 {
				said = "refused"
			}
			fmt.Printf("%s: %s is %s\n", schema, text, said)
		}
	}
}
GO

go mod tidy > tidy.log 2>&1 || { cat tidy.log >&2; exit 1; }
seen=$(go run .)
printf '%s\n' "$seen"
expected='{"type":"number","minimum":0.01}: 0 is taken
{"type":"number","minimum":0.01}: 0.0 is refused
{"type":"number","minimum":0.01}: 0.001 is refused
{"type":"number","minimum":0.01}: 1 is taken
{"type":"number","minimum":0,"exclusiveMinimum":true}: 0 is refused
{"type":"number","minimum":0,"exclusiveMinimum":true}: 0.0 is refused
{"type":"number","minimum":0,"exclusiveMinimum":true}: 0.001 is taken
{"type":"number","minimum":0,"exclusiveMinimum":true}: 1 is taken
{"type":"number","maximum":0.5}: 0 is taken
{"type":"number","maximum":0.5}: 0.0 is taken
{"type":"number","maximum":0.5}: 0.001 is taken
{"type":"number","maximum":0.5}: 1 is refused'
[ "$seen" = "$expected" ] || { echo 'not as it was when this was written' >&2; exit 1; }
