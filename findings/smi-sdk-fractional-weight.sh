#!/usr/bin/env bash
# One TrafficSplit with a fractional weight hides all others from clients built on SMI's own Go SDK.
#
# The CRD's schema for v1alpha2 says `weight: number`, so the API server stores and serves 0.5 and 1.5 (and 1.0 as 1). The
# SDK's type for the same version is a Go int: a list with one such object cannot be decoded at all, so an informer built
# on it sees no split of the cluster. v1alpha1 (a resource quantity) reads all of them, and writes 0.5 back as the text
# "500m" and 1 as the text "1", which the schema of v1alpha2 refuses.
#
# Seen with: github.com/servicemeshinterface/smi-sdk-go v0.5.0, k8s.io/apimachinery v0.36.3, Go 1.26.
# Needs: go, and access to the Go module proxy.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > go.mod <<'GOMOD'
module finding

go 1.26

require (
	github.com/servicemeshinterface/smi-sdk-go v0.5.0
	k8s.io/apimachinery v0.36.3
)
GOMOD

cat > main.go <<'GO'
package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/servicemeshinterface/smi-sdk-go/pkg/apis/split/v1alpha1"
	"github.com/servicemeshinterface/smi-sdk-go/pkg/apis/split/v1alpha2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// As the API server serves what somebody wrote.
func list(weight string) []byte {
	served := bytes.Buffer{}
	written, _, err := unstructured.UnstructuredJSONScheme.Decode([]byte(`{"apiVersion":"v1","kind":"List","items":[
		{"kind":"TrafficSplit","metadata":{"name":"good"},"spec":{"service":"web","backends":[{"service":"a","weight":1}]}},
		{"kind":"TrafficSplit","metadata":{"name":"other"},"spec":{"service":"api","backends":[{"service":"b","weight":`+weight+`}]}}]}`), nil, nil)
	if err == nil {
		err = unstructured.UnstructuredJSONScheme.Encode(written, &served)
	}
	if err != nil {
		panic(err)
	}
	return served.Bytes()
}

func main() {
	for _, weight := range []string{"1", "1.5", "1.0"} {
		var ints v1alpha2.TrafficSplitList
		err := json.Unmarshal(list(weight), &ints)
		fmt.Printf("v1alpha2, other weighs %s: decodes=%t\n", weight, err == nil)
	}
	for _, weight := range []string{"0.5", "1"} {
		var quantities v1alpha1.TrafficSplitList
		if err := json.Unmarshal(list(weight), &quantities); err != nil {
			panic(err)
		}
		text, _ := json.Marshal(quantities.Items[1].Spec.Backends[0].Weight)
		fmt.Printf("v1alpha1, reads %s: writes %s\n", weight, text)
	}
}
GO

go mod tidy > tidy.log 2>&1 || { cat tidy.log >&2; exit 1; }
seen=$(go run .)
expected='v1alpha2, other weighs 1: decodes=true
v1alpha2, other weighs 1.5: decodes=false
v1alpha2, other weighs 1.0: decodes=true
v1alpha1, reads 0.5: writes "500m"
v1alpha1, reads 1: writes "1"'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { echo 'not as it was when this was written' >&2; exit 1; }
