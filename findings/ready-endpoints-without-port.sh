#!/usr/bin/env bash
# "Ready" in an EndpointSlice does not mean that a client can connect: three Pods that Kubernetes' own controller calls
# ready, and that cannot be used.
#
# 1. A Service whose targetPort is a name that no container declares: the slice has the Pod with `ready: true`, and no
#    port at all. A watcher that only counts ready endpoints believes that the Service serves.
# 2. Two ports, one of them declared by one Pod alone: one slice for each set of ports. The Service has two ready
#    endpoints, its port "admin" has one.
# 3. publishNotReadyAddresses: a Pod whose readiness probe fails is `ready: true`; only `serving: false` tells.
#
# Seen with: k8s.io/endpointslice v0.36.3, the library of kube-controller-manager's endpointslice controller, Go 1.26.
# Needs: go, and access to the Go module proxy.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > go.mod <<'GOMOD'
module finding

go 1.26

require (
	k8s.io/client-go v0.36.3
	k8s.io/endpointslice v0.36.3
)
GOMOD

cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"sort"
	"time"

	v1 "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes/fake"
	corelisters "k8s.io/client-go/listers/core/v1"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"k8s.io/endpointslice"
	util "k8s.io/endpointslice/util"
	"k8s.io/klog/v2"
)

func pod(name, ip string, ready v1.ConditionStatus, ports ...string) *v1.Pod {
	container := v1.Container{Name: "app"}
	for index, port := range ports {
		container.Ports = append(container.Ports, v1.ContainerPort{Name: port, ContainerPort: int32(8080 + index), Protocol: v1.ProtocolTCP})
	}
	return &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, Labels: map[string]string{"app": "web"}},
		Spec:       v1.PodSpec{NodeName: "node", Containers: []v1.Container{container}},
		Status: v1.PodStatus{
			Phase: v1.PodRunning, PodIP: ip, PodIPs: []v1.PodIP{{IP: ip}},
			Conditions: []v1.PodCondition{{Type: v1.PodReady, Status: ready}},
		},
	}
}

func show(title string, publishNotReady bool, ports []string, pods ...*v1.Pod) {
	service := &v1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"},
		Spec: v1.ServiceSpec{
			Selector: map[string]string{"app": "web"}, ClusterIP: "10.0.0.1",
			IPFamilies: []v1.IPFamily{v1.IPv4Protocol}, PublishNotReadyAddresses: publishNotReady,
		},
	}
	for index, port := range ports {
		service.Spec.Ports = append(service.Spec.Ports, v1.ServicePort{
			Name: port, Port: int32(80 + index), TargetPort: intstr.FromString(port), Protocol: v1.ProtocolTCP,
		})
	}
	nodes := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{})
	if err := nodes.Add(&v1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node"}}); err != nil {
		panic(err)
	}
	client := fake.NewClientset()
	// The fake server makes no names of its own.
	created := 0
	client.PrependReactor("create", "endpointslices", func(action clienttesting.Action) (bool, runtime.Object, error) {
		slice := action.(clienttesting.CreateAction).GetObject().(*discovery.EndpointSlice)
		created++
		slice.Name = fmt.Sprintf("web-%d", created)
		return false, nil, nil
	})
	reconciler := endpointslice.NewReconciler(client, corelisters.NewNodeLister(nodes), 100,
		util.NewEndpointSliceTracker(), nil, record.NewFakeRecorder(100), "finding")
	if err := reconciler.Reconcile(klog.Background(), service, pods, nil, time.Now()); err != nil {
		panic(err)
	}
	slices, err := client.DiscoveryV1().EndpointSlices("shop").List(context.Background(), metav1.ListOptions{})
	if err != nil {
		panic(err)
	}
	var lines []string
	for _, slice := range slices.Items {
		line := "ports:"
		for _, port := range slice.Ports {
			line += " " + *port.Name
		}
		for _, endpoint := range slice.Endpoints {
			line += fmt.Sprintf("; ready=%t serving=%t", *endpoint.Conditions.Ready, *endpoint.Conditions.Serving)
		}
		lines = append(lines, line)
	}
	sort.Strings(lines)
	fmt.Println(title)
	for _, line := range lines {
		fmt.Println(" ", line)
	}
}

func main() {
	show("a port that no container declares", false, []string{"http"}, pod("a", "10.1.0.1", v1.ConditionTrue, "web"))
	show("a port that one of two Pods declares", false, []string{"http", "admin"},
		pod("a", "10.1.0.1", v1.ConditionTrue, "http", "admin"), pod("b", "10.1.0.2", v1.ConditionTrue, "http"))
	show("publishNotReadyAddresses, a Pod that is not ready", true, []string{"http"},
		pod("a", "10.1.0.1", v1.ConditionFalse, "http"))
}
GO

go mod tidy > tidy.log 2>&1 || { cat tidy.log >&2; exit 1; }
seen=$(go run . 2> run.log) || { cat run.log >&2; exit 1; }
expected='a port that no container declares
  ports:; ready=true serving=true
a port that one of two Pods declares
  ports: http admin; ready=true serving=true
  ports: http; ready=true serving=true
publishNotReadyAddresses, a Pod that is not ready
  ports: http; ready=true serving=false'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { echo 'not as it was when this was written' >&2; exit 1; }
