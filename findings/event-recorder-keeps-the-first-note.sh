#!/usr/bin/env bash
# client-go's newer recorder of Events takes an Event with another note for a repetition, and drops the note.
#
# The older recorder (tools/record) compares the message: three notes are three Events. In the newer one (tools/events,
# for events.k8s.io, to which controller-runtime has moved) an Event about the same object with the same reason and action
# joins the series of the first for six minutes, whatever its note says. Of "traffic goes to east", "west" and "north" the
# cluster gets the first; the second becomes a count of 2, and of the third nothing is sent at that time. Who reads the
# Events sees traffic at "east". What must not get lost belongs into the reason, the action or the related object.
#
# Seen with: k8s.io/client-go v0.36.3, with its fake clientset as the API server, Go 1.26. Takes a minute to build.
# Needs: go, and access to the Go module proxy.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > go.mod <<'GOMOD'
module finding

go 1.26.0

require (
	k8s.io/api v0.36.3
	k8s.io/apimachinery v0.36.3
	k8s.io/client-go v0.36.3
)
GOMOD

cat > main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	core "k8s.io/api/core/v1"
	events "k8s.io/api/events/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
	typed "k8s.io/client-go/kubernetes/typed/core/v1"
	testing "k8s.io/client-go/testing"
	newer "k8s.io/client-go/tools/events"
	older "k8s.io/client-go/tools/record"
)

var service = &core.Service{ObjectMeta: meta.ObjectMeta{Namespace: "shop", Name: "web", UID: "1"}}
var notes = []string{"traffic goes to east", "traffic goes to west", "traffic goes to north"}

// What a recorder wrote, one line a request.
func written(client *fake.Clientset) (lines []string) {
	for _, action := range client.Actions() {
		switch action := action.(type) {
		case testing.PatchAction:
			var patch struct{ Series struct{ Count int } }
			if err := json.Unmarshal(action.GetPatch(), &patch); err != nil {
				panic(err)
			}
			lines = append(lines, fmt.Sprintf("count is now %d", patch.Series.Count))
		case testing.CreateAction:
			switch event := action.GetObject().(type) {
			case *core.Event:
				lines = append(lines, event.Message)
			case *events.Event:
				lines = append(lines, event.Note)
			}
		}
	}
	return lines
}

// Waits for the answer to one Event before the next, and then for more requests than there should be.
func settled(client *fake.Clientset, count int) []string {
	for began := time.Now(); len(written(client)) < count && time.Since(began) < 3*time.Second; {
		time.Sleep(10 * time.Millisecond)
	}
	return written(client)
}

func main() {
	client := fake.NewClientset()
	oldSink := older.NewBroadcaster()
	oldSink.StartRecordingToSink(&typed.EventSinkImpl{Interface: client.CoreV1().Events("shop")})
	oldRecorder := oldSink.NewRecorder(scheme.Scheme, core.EventSource{Component: "mover"})
	for at, note := range notes {
		oldRecorder.Event(service, core.EventTypeNormal, "Failover", note)
		settled(client, at+1)
	}
	fmt.Printf("tools/record: %q\n", settled(client, len(notes)))

	client = fake.NewClientset()
	newSink := newer.NewBroadcaster(&newer.EventSinkImpl{Interface: client.EventsV1()})
	if err := newSink.StartRecordingToSinkWithContext(context.Background()); err != nil {
		panic(err)
	}
	newRecorder := newSink.NewRecorder(scheme.Scheme, "mover")
	for at, note := range notes {
		newRecorder.Eventf(service, nil, core.EventTypeNormal, "Failover", "Failover", "%s", note)
		settled(client, at+1)
	}
	fmt.Printf("tools/events: %q\n", settled(client, len(notes)))
}
GO

go mod tidy > tidy.log 2>&1 || { cat tidy.log >&2; exit 1; }
seen=$(go run .)
printf '%s\n' "$seen"
expected='tools/record: ["traffic goes to east" "traffic goes to west" "traffic goes to north"]
tools/events: ["traffic goes to east" "count is now 2"]'
[ "$seen" = "$expected" ] || { echo 'not as it was when this was written' >&2; exit 1; }
