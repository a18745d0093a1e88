#!/usr/bin/env bash
# `helm upgrade` does not put back weights that somebody moved, unless the chart changes something in the same list.
#
# Helm's documentation says that an upgrade compares the old manifest, the new one and the object in the cluster. That
# holds for kinds that are built into Kubernetes. For a TrafficSplit or an HTTPRoute Helm 3 compares the two manifests
# alone: if the chart has not changed the list of backends, an upgrade leaves the list as it is, also when it changes
# another field of the same object. During a failover that is welcome. But no upgrade repairs weights that were left
# behind either, and it reports success. An upgrade that changes one entry of the list writes all weights of the chart,
# and so does --force. Helm 4 goes on like this with each release that Helm 3 installed.
#
# Seen with: Helm 3.22.0 and 4.3.2, Go 1.26, and a server that has just the part of Kubernetes' API that Helm asks for.
# Takes some minutes to build.
# Needs: go, and access to the Go module proxy. Talks to 127.0.0.1 only.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

mkdir -p chart/templates
printf 'apiVersion: v2\nname: shop\nversion: 1.0.0\n' > chart/Chart.yaml
printf 'team: blue\nmore: false\n' > chart/values.yaml
cat > chart/templates/all.yaml <<'CHART'
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { color: blue }
---
apiVersion: split.smi-spec.io/v1alpha2
kind: TrafficSplit
metadata: { name: web, labels: { team: {{ .Values.team }} } }
spec:
  service: web
  backends:
    - { service: web, weight: 1 }
    - { service: east, weight: 0 }
    {{- if .Values.more }}
    - { service: west, weight: 0 }
    {{- end }}
CHART

cat > go.mod <<'GOMOD'
module finding

go 1.26.0

require (
	gopkg.in/evanphx/json-patch.v4 v4.13.0
	k8s.io/client-go v0.36.3
)
GOMOD

cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/client-go/kubernetes/scheme"
)

type object = map[string]any

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

const (
	group    = "split.smi-spec.io"
	splits   = "/apis/" + group + "/v1alpha2"
	split    = splits + "/namespaces/shop/trafficsplits/web"
	settings = "/api/v1/namespaces/shop/configmaps/settings"
	moved    = `{"spec":{"backends":[{"service":"web","weight":0},{"service":"east","weight":1}]}}`
)

func kinds(version string, named ...string) object {
	resources := []object{}
	for at := 0; at < len(named); at += 2 {
		verbs := []string{"get", "list", "create", "update", "patch"}
		resources = append(resources, object{"name": named[at], "kind": named[at+1], "namespaced": true, "verbs": verbs})
	}
	return object{"kind": "APIResourceList", "groupVersion": version, "resources": resources}
}

var version = object{"groupVersion": group + "/v1alpha2", "version": "v1alpha2"}
var discovery = map[string]object{
	"/version": {"major": "1", "minor": "36", "gitVersion": "v1.36.3"},
	"/api":     {"kind": "APIVersions", "versions": []string{"v1"}},
	"/api/v1":  kinds("v1", "secrets", "Secret", "configmaps", "ConfigMap"),
	"/apis":    {"kind": "APIGroupList", "apiVersion": "v1", "groups": []object{{"name": group, "versions": []object{version}, "preferredVersion": version}}},
	splits:     kinds(group+"/v1alpha2", "trafficsplits", "TrafficSplit"),
}

// Keeps what it is sent, as JSON, and applies patches. The patches of this chart mean the same in both forms.
type server struct {
	sync.Mutex
	stored map[string][]byte
}

func (s *server) change(path, patch string) {
	s.Lock()
	defer s.Unlock()
	s.stored[path] = must(jsonpatch.MergePatch(s.stored[path], []byte(patch)))
}

func (s *server) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	s.Lock()
	defer s.Unlock()
	path := request.URL.Path
	body := must(io.ReadAll(request.Body))
	if request.Header.Get("content-type") == "application/vnd.kubernetes.protobuf" {
		sent, _, err := scheme.Codecs.UniversalDeserializer().Decode(body, nil, nil)
		if err != nil {
			panic(err)
		}
		body = must(json.Marshal(sent))
	}
	answer.Header().Set("content-type", "application/json")
	if found, ok := discovery[path]; ok {
		json.NewEncoder(answer).Encode(found)
		return
	}
	if request.Method == http.MethodGet && strings.HasSuffix(path, "/secrets") {
		items := []json.RawMessage{}
		for at, item := range s.stored {
			if strings.HasPrefix(at, path+"/") {
				items = append(items, item)
			}
		}
		json.NewEncoder(answer).Encode(object{"kind": "SecretList", "apiVersion": "v1", "items": items})
		return
	}
	switch request.Method {
	case http.MethodPost:
		var sent struct{ Metadata struct{ Name string } }
		if err := json.Unmarshal(body, &sent); err != nil {
			panic(err)
		}
		path += "/" + sent.Metadata.Name
		s.stored[path] = body
	case http.MethodPut:
		s.stored[path] = body
	case http.MethodPatch:
		s.stored[path] = must(jsonpatch.MergePatch(s.stored[path], body))
	}
	found, ok := s.stored[path]
	if !ok {
		answer.WriteHeader(http.StatusNotFound)
		found = []byte(`{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`)
	}
	answer.Write(found)
}

// What is in the cluster now.
func (s *server) show(title string) {
	s.Lock()
	defer s.Unlock()
	var web struct {
		Metadata struct{ Labels map[string]string }
		Spec     struct{ Backends []struct{ Service string; Weight int } }
	}
	var config struct{ Data map[string]string }
	if err := json.Unmarshal(s.stored[split], &web); err != nil {
		panic(err)
	}
	if err := json.Unmarshal(s.stored[settings], &config); err != nil {
		panic(err)
	}
	fmt.Printf("%s:", title)
	for _, backend := range web.Spec.Backends {
		fmt.Printf(" %s=%d", backend.Service, backend.Weight)
	}
	fmt.Printf(", team %s; ConfigMap %s\n", web.Metadata.Labels["team"], config.Data["color"])
}

func main() {
	cluster := &server{stored: map[string][]byte{}}
	listening := httptest.NewServer(cluster)
	defer listening.Close()
	config := `{"apiVersion":"v1","kind":"Config","current-context":"here","clusters":[{"name":"here","cluster":{"server":"` +
		listening.URL + `"}}],"contexts":[{"name":"here","context":{"cluster":"here","namespace":"shop"}}]}`
	if err := os.WriteFile("kubeconfig", []byte(config), 0o600); err != nil {
		panic(err)
	}
	helm := func(version string, arguments ...string) {
		command := exec.Command("./"+version+"/helm", append(arguments, "web", "chart", "--disable-openapi-validation")...)
		command.Env = append(os.Environ(), "KUBECONFIG=kubeconfig", "HOME="+must(os.Getwd()))
		if said, err := command.CombinedOutput(); err != nil {
			panic(string(said))
		}
		cluster.show(strings.Join(append([]string{"Helm " + version}, arguments...), " "))
	}
	move := func() {
		cluster.change(split, moved)
		cluster.change(settings, `{"data":{"color":"red"}}`)
		cluster.show("moved")
	}
	helm("3", "install")
	move()
	helm("3", "upgrade")
	helm("3", "upgrade", "--set=team=red")
	move()
	helm("4", "upgrade", "--set=team=red")
	helm("4", "upgrade", "--set=team=blue")
	helm("3", "upgrade", "--set=more=true")
	move()
	helm("3", "upgrade", "--set=more=true", "--force")
}
GO

{
  go mod tidy
  GOBIN="$folder/3" go install helm.sh/helm/v3/cmd/helm@v3.22.0
  GOBIN="$folder/4" go install helm.sh/helm/v4/cmd/helm@v4.3.2
} > build.log 2>&1 || { cat build.log >&2; exit 1; }
seen=$(go run .)
printf '%s\n' "$seen"
expected='Helm 3 install: web=1 east=0, team blue; ConfigMap blue
moved: web=0 east=1, team blue; ConfigMap red
Helm 3 upgrade: web=0 east=1, team blue; ConfigMap blue
Helm 3 upgrade --set=team=red: web=0 east=1, team red; ConfigMap blue
moved: web=0 east=1, team red; ConfigMap red
Helm 4 upgrade --set=team=red: web=0 east=1, team red; ConfigMap blue
Helm 4 upgrade --set=team=blue: web=0 east=1, team blue; ConfigMap blue
Helm 3 upgrade --set=more=true: web=1 east=0 west=0, team blue; ConfigMap blue
moved: web=0 east=1, team blue; ConfigMap red
Helm 3 upgrade --set=more=true --force: web=1 east=0 west=0, team blue; ConfigMap blue'
[ "$seen" = "$expected" ] || { echo 'not as it was when this was written' >&2; exit 1; }
