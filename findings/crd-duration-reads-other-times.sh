#!/usr/bin/env bash
# `format: duration` in a CRD takes far more than Go's durations, and reads some of it as a time that nobody meant:
# 1.5d is five days, and P1DT12H is half a day.
#
# One would expect the format of Go (90m), maybe that of ISO 8601 (PT90M), and that a value in another form is refused.
# The API server takes both, and "2 weeks" too. In what Go cannot read it looks for whole numbers before a unit, adds them
# up and ignores the rest: of 1.5d it keeps 5d, of P1DT12H it keeps 12H, and the month of P1M is a minute. Rules in CEL get
# these values. A controller that keeps the field in a metav1.Duration cannot decode such an object, nor a list that has
# one. A string with a pattern, as Gateway API has it for its durations, is what all of them read alike.
#
# Seen with: what kube-apiserver 1.36.3 is built of (k8s.io/apiextensions-apiserver v0.36.3, k8s.io/apimachinery
# v0.36.3), Go 1.26. Takes a minute to build.
# Needs: go, and access to the Go module proxy.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > go.mod <<'GOMOD'
module finding

go 1.26.0

require (
	k8s.io/apiextensions-apiserver v0.36.3
	k8s.io/apimachinery v0.36.3
	k8s.io/apiserver v0.36.3
)
GOMOD

cat > main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	limits "k8s.io/apiserver/pkg/apis/cel"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	var props apiextensions.JSONSchemaProps
	text := `{"type":"object","properties":{"after":{"type":"string","format":"duration"}}}`
	if err := json.Unmarshal([]byte(text), &props); err != nil {
		panic(err)
	}
	schema, _, err := validation.NewSchemaValidator(&props)
	if err != nil {
		panic(err)
	}
	// This rule refuses every value, and its message says which one it got.
	props.XValidations = apiextensions.ValidationRules{{Rule: "false", MessageExpression: "string(self.after)"}}
	made := must(structural.NewStructural(&props))
	rules := cel.NewValidator(made, true, limits.PerCallLimit)
	for _, text := range []string{"90m", "PT90M", "2 weeks", "1d12h", "1.5d", "P1DT12H", "P1M", "P1Y"} {
		value := map[string]any{"after": text}
		if len(validation.ValidateCustomResource(nil, value, schema)) > 0 {
			fmt.Printf("%s: refused\n", text)
			continue
		}
		said, _ := rules.Validate(context.Background(), nil, made, value, nil, limits.RuntimeCELCostBudget)
		document := must(json.Marshal(text))
		var read meta.Duration
		err := json.Unmarshal(document, &read)
		fmt.Printf("%s: taken, CEL gets %s, metav1.Duration reads it: %t\n", text, said[0].Detail, err == nil)
	}
}
GO

go mod tidy > tidy.log 2>&1 || { cat tidy.log >&2; exit 1; }
seen=$(go run .)
printf '%s\n' "$seen"
expected='90m: taken, CEL gets 5400s, metav1.Duration reads it: true
PT90M: taken, CEL gets 5400s, metav1.Duration reads it: false
2 weeks: taken, CEL gets 1209600s, metav1.Duration reads it: false
1d12h: taken, CEL gets 129600s, metav1.Duration reads it: false
1.5d: taken, CEL gets 432000s, metav1.Duration reads it: false
P1DT12H: taken, CEL gets 43200s, metav1.Duration reads it: false
P1M: taken, CEL gets 60s, metav1.Duration reads it: false
P1Y: refused'
[ "$seen" = "$expected" ] || { echo 'not as it was when this was written' >&2; exit 1; }
