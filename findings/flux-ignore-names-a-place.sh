#!/usr/bin/env bash
# What Flux ignores in a list is a place, not an entry: a rule that is right today breaks the next change of the list.
#
# `.spec.ignore` of a Kustomization names fields by JSON pointer, such as /spec/backends/1/weight. It looks like the way
# to leave to another controller the weights that it moves, and while git does not change the list it is: moved weights
# stay, although the API server takes the list for one value. But an entry that git appends loses its weight if the rule
# names it already. One that git puts in front gets the weight of the one that was there, and the last one the weight of
# git. If git takes out an entry that the rule names, each apply is refused until the rule changes.
#
# Seen with: github.com/fluxcd/pkg/ssa v0.76.2 (the library that kustomize-controller 1.9 applies with), with the fake
# client of sigs.k8s.io/controller-runtime v0.24.1 as the cluster, Go 1.26. Takes two minutes to build.
# Needs: go, and access to the Go module proxy.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > go.mod <<'GOMOD'
module finding

go 1.26.0

require (
	github.com/fluxcd/pkg/ssa v0.76.2
	k8s.io/apimachinery v0.36.4
	sigs.k8s.io/controller-runtime v0.24.1
)
GOMOD

cat > main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fluxcd/pkg/ssa"
	"github.com/fluxcd/pkg/ssa/jsondiff"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

// One object with a list of backends, each NAME=WEIGHT.
func object(backends ...string) *unstructured.Unstructured {
	list := []any{}
	for _, backend := range backends {
		var name string
		var weight int64
		fmt.Sscanf(strings.Replace(backend, "=", " ", 1), "%s %d", &name, &weight)
		list = append(list, map[string]any{"service": name, "weight": weight})
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "split.smi-spec.io/v1alpha2",
		"kind":       "TrafficSplit",
		"metadata":   map[string]any{"name": "web", "namespace": "shop"},
		"spec":       map[string]any{"service": "web", "backends": list},
	}}
}

func text(object *unstructured.Unstructured) string {
	list, _, _ := unstructured.NestedSlice(object.Object, "spec", "backends")
	said, _ := json.Marshal(list)
	return string(said)
}

// What is in the cluster when Flux applied web=1 east=0, another client moved the weights, and git then says this.
func applied(indexes []int, git ...string) string {
	ctx := context.Background()
	cluster := fake.NewClientBuilder().WithScheme(runtime.NewScheme()).Build()
	flux := ssa.NewResourceManager(cluster, nil, ssa.Owner{Field: "flux", Group: "kustomize.toolkit.fluxcd.io"})
	options := ssa.DefaultApplyOptions()
	if _, err := flux.Apply(ctx, object("web=1", "east=0"), options); err != nil {
		panic(err)
	}
	move := client.RawPatch(types.JSONPatchType, []byte(`[
		{"op":"replace","path":"/spec/backends/0/weight","value":0},
		{"op":"replace","path":"/spec/backends/1/weight","value":5}]`))
	if err := cluster.Patch(ctx, object(), move, client.FieldOwner("operator")); err != nil {
		panic(err)
	}
	rule := jsondiff.IgnoreRule{Selector: &jsondiff.Selector{Kind: "TrafficSplit"}}
	for _, index := range indexes {
		rule.Paths = append(rule.Paths, fmt.Sprintf("/spec/backends/%d/weight", index))
	}
	options.DriftIgnoreRules = []jsondiff.IgnoreRule{rule}
	if _, err := flux.Apply(ctx, object(git...), options); err != nil {
		return "refused: " + err.Error()
	}
	stored := object()
	if err := cluster.Get(ctx, client.ObjectKeyFromObject(stored), stored); err != nil {
		panic(err)
	}
	return text(stored)
}

func main() {
	fmt.Println("unchanged:", applied([]int{0, 1}, "web=1", "east=0"))
	fmt.Println("appended:", applied([]int{0, 1, 2}, "web=1", "east=0", "west=7"))
	fmt.Println("appended, without a rule of its own:", applied([]int{0, 1}, "web=1", "east=0", "west=7"))
	fmt.Println("put in front:", applied([]int{0, 1}, "new=7", "web=1", "east=0"))
	fmt.Println("taken out:", applied([]int{0, 1}, "web=1"))
}
GO

go mod tidy > tidy.log 2>&1 || { cat tidy.log >&2; exit 1; }
seen=$(go run .)
expected='unchanged: [{"service":"web","weight":0},{"service":"east","weight":5}]
appended: [{"service":"web","weight":0},{"service":"east","weight":5},{"service":"west","weight":null}]
appended, without a rule of its own: [{"service":"web","weight":0},{"service":"east","weight":5},{"service":"west","weight":7}]
put in front: [{"service":"new","weight":0},{"service":"web","weight":5},{"service":"east","weight":0}]
taken out: refused: replace operation does not apply: doc is missing path: /spec/backends/1/weight: missing value'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { echo 'not as it was when this was written' >&2; exit 1; }
