#!/usr/bin/env bash
# One fractional weight, and kubectl's JSONPath filters by weight print nothing at all, about any TrafficSplit.
#
# `?(@.weight>0)` is the short way to see which backends get traffic. A TrafficSplit may weigh 0.5, which the filter cannot
# compare with 0: it ends with "incompatible types for comparison", and kubectl prints nothing of the splits that it could
# compare. Nor does 0.0 help, because a whole number cannot be compared with that, and a split can have both. It is
# the same for ==, != and < . There is no form of the filter that works for all weights; jq has one.
#
# Seen with: k8s.io/cli-runtime v0.36.3, whose printer `kubectl get -o jsonpath` prints with, Go 1.26.
# Needs: go, and access to the Go module proxy.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > go.mod <<'GOMOD'
module finding

go 1.26.0

require (
	k8s.io/apimachinery v0.36.3
	k8s.io/cli-runtime v0.36.3
)
GOMOD

cat > main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/cli-runtime/pkg/printers"
)

func split(name, backend, weight string) string {
	return `{"apiVersion":"split.smi-spec.io/v1alpha2","kind":"TrafficSplit","metadata":{"name":"` + name + `"},"spec":{` +
		`"backends":[{"service":"` + backend + `","weight":` + weight + `},{"service":"idle","weight":0}]}}`
}

func main() {
	for _, weight := range []string{"2", "0.5"} {
		list := `{"apiVersion":"v1","kind":"List","items":[` + split("web", "a", "1") + `,` + split("api", "b", weight) + `]}`
		read, _, err := unstructured.UnstructuredJSONScheme.Decode([]byte(list), nil, nil)
		if err != nil {
			panic(err)
		}
		for _, filter := range []string{"@.weight>0", "@.weight!=0", "@.weight>0.0"} {
			printer, err := printers.NewJSONPathPrinter(`{range .items[*]}{.metadata.name}={.spec.backends[?(` + filter + `)].service} {end}`)
			if err != nil {
				panic(err)
			}
			var printed bytes.Buffer
			said := "ends well"
			if err := printer.PrintObj(read, &printed); err != nil {
				if !strings.Contains(err.Error(), "incompatible types for comparison") {
					panic(err)
				}
				said = "incompatible types"
			}
			fmt.Printf("weights 1 and %s, %s: prints %q, %s\n", weight, filter, printed.String(), said)
		}
	}
}
GO

go mod tidy > tidy.log 2>&1 || { cat tidy.log >&2; exit 1; }
seen=$(go run .)
printf '%s\n' "$seen"
expected='weights 1 and 2, @.weight>0: prints "web=a api=b ", ends well
weights 1 and 2, @.weight!=0: prints "web=a api=b ", ends well
weights 1 and 2, @.weight>0.0: prints "", incompatible types
weights 1 and 0.5, @.weight>0: prints "", incompatible types
weights 1 and 0.5, @.weight!=0: prints "", incompatible types
weights 1 and 0.5, @.weight>0.0: prints "", incompatible types'
[ "$seen" = "$expected" ] || { echo 'not as it was when this was written' >&2; exit 1; }
