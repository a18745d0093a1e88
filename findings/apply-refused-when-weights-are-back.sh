#!/usr/bin/env bash
# After a server-side apply, a client that moves one weight of an HTTPRoute owns all of its rules, for good.
#
# `spec.rules` is an atomic list, so whoever changes a weight takes the list from the manager that applied it. While the
# weights are moved, the next apply is refused, as it should be. One would expect it to pass again once the weights are
# back at what the manifest says. It does if the manifest spells out each default (matches, group and kind of a backend).
# If it leaves them out, as most do, its list is not equal to the one in the cluster, to which the server has added them,
# and each apply without force is refused from then on.
#
# Seen with: what kube-apiserver 1.36.3 is built of (k8s.io/apimachinery and k8s.io/apiextensions-apiserver v0.36.3), and
# the CRD of HTTPRoutes in sigs.k8s.io/gateway-api v1.6.3, Go 1.26. Takes two minutes to build.
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
	sigs.k8s.io/gateway-api v1.6.3
	sigs.k8s.io/yaml v1.6.0
)
GOMOD

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	crds "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	_ "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// What an API server does with objects of a CRD: it has no types of its own for them, and the schema's defaults.
type server struct{ schema *structural.Structural }

func (server) New(kind schema.GroupVersionKind) (runtime.Object, error) {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(kind)
	return object, nil
}
func (server) Convert(in, out, context any) error { return nil }
func (server) ConvertToVersion(in runtime.Object, _ runtime.GroupVersioner) (runtime.Object, error) {
	return in, nil
}
func (server) ConvertFieldLabel(_ schema.GroupVersionKind, label, value string) (string, string, error) {
	return label, value, nil
}
func (s server) Default(in runtime.Object) {
	defaulting.Default(in.(*unstructured.Unstructured).UnstructuredContent(), s.schema)
}

func manager(file string) *managedfields.FieldManager {
	var crd crds.CustomResourceDefinition
	if err := yaml.Unmarshal(must(os.ReadFile(file)), &crd); err != nil {
		panic(err)
	}
	version := crd.Spec.Versions[0]
	var internal apiextensions.JSONSchemaProps
	if err := crds.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(version.Schema.OpenAPIV3Schema, &internal, nil); err != nil {
		panic(err)
	}
	s := server{schema: must(structural.NewStructural(&internal))}
	document := must(builder.BuildOpenAPIV3(&crd, version.Name, builder.Options{}))
	converter := must(managedfields.NewTypeConverter(document.Components.Schemas, false))
	kind := schema.GroupVersionKind{Group: crd.Spec.Group, Version: version.Name, Kind: crd.Spec.Names.Kind}
	return must(managedfields.NewDefaultCRDFieldManager(converter, s, s, s, kind, kind.GroupVersion(), "", nil))
}

// A route with two backends; `more` is in each of them.
func route(more map[string]any, matches []any, weights ...int64) *unstructured.Unstructured {
	backends := []any{}
	for at, name := range []string{"web", "east"} {
		backend := map[string]any{"name": name, "port": int64(80), "weight": weights[at]}
		for field, value := range more {
			backend[field] = value
		}
		backends = append(backends, backend)
	}
	rule := map[string]any{"backendRefs": backends}
	if matches != nil {
		rule["matches"] = matches
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "gateway.networking.k8s.io/v1",
		"kind":       "HTTPRoute",
		"metadata":   map[string]any{"name": "web", "namespace": "shop"},
		"spec":       map[string]any{"rules": []any{rule}},
	}}
}

func short(weights ...int64) *unstructured.Unstructured { return route(nil, nil, weights...) }
func full(weights ...int64) *unstructured.Unstructured {
	path := map[string]any{"type": "PathPrefix", "value": "/"}
	return route(map[string]any{"group": "", "kind": "Service"}, []any{map[string]any{"path": path}}, weights...)
}

// What the server answers to an apply of a manifest.
func apply(fields *managedfields.FieldManager, live runtime.Object, manifest *unstructured.Unstructured) (runtime.Object, string) {
	applied, err := fields.Apply(live.DeepCopyObject(), manifest.DeepCopy(), "git", false)
	if err != nil {
		return live, "refused, " + strings.Join(strings.Fields(err.Error()), " ")
	}
	return applied, "applied"
}

// Another client moves the weights and nothing else.
func move(fields *managedfields.FieldManager, live runtime.Object, weights ...int64) runtime.Object {
	moved := live.DeepCopyObject().(*unstructured.Unstructured)
	rule := moved.Object["spec"].(map[string]any)["rules"].([]any)[0].(map[string]any)
	for at, weight := range weights {
		rule["backendRefs"].([]any)[at].(map[string]any)["weight"] = weight
	}
	return must(fields.Update(live, moved, "operator"))
}

func main() {
	fields := manager(os.Args[1])
	for _, manifest := range []struct {
		name  string
		build func(...int64) *unstructured.Unstructured
	}{{"without defaults", short}, {"with defaults", full}} {
		empty := must(server{}.New(manifest.build(1, 0).GroupVersionKind()))
		live, created := apply(fields, empty, manifest.build(1, 0))
		fmt.Printf("%s, at first: %s\n", manifest.name, created)
		_, again := apply(fields, live, manifest.build(1, 0))
		fmt.Printf("%s, again: %s\n", manifest.name, again)
		moved := move(fields, live, 0, 1)
		_, during := apply(fields, moved, manifest.build(1, 0))
		fmt.Printf("%s, while the weights are moved: %s\n", manifest.name, during)
		_, after := apply(fields, move(fields, moved, 1, 0), manifest.build(1, 0))
		fmt.Printf("%s, when they are back: %s\n", manifest.name, after)
	}
}
GO

go mod tidy > tidy.log 2>&1 || { cat tidy.log >&2; exit 1; }
crds=$(go list -m -f '{{.Dir}}' sigs.k8s.io/gateway-api)/config/crd/standard
seen=$(go run . "$crds/gateway.networking.k8s.io_httproutes.yaml")
refused='refused, Apply failed with 1 conflict: conflict with "operator" using gateway.networking.k8s.io/v1: .spec.rules'
expected="without defaults, at first: applied
without defaults, again: applied
without defaults, while the weights are moved: $refused
without defaults, when they are back: $refused
with defaults, at first: applied
with defaults, again: applied
with defaults, while the weights are moved: $refused
with defaults, when they are back: applied"
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { echo 'not as it was when this was written' >&2; exit 1; }
