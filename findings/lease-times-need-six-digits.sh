#!/usr/bin/env bash
# The time in a Lease or an Event needs exactly six digits of a second: the API server refuses 12:00:00.123Z and 12:00:00Z.
#
# Other times in Kubernetes' API are read as RFC 3339 allows it, with as many digits of a second as there are, or none.
# acquireTime and renewTime of a Lease and eventTime of an Event are of the type MicroTime, which takes neither fewer
# digits nor more. JavaScript's toISOString() writes three. Kubernetes' client for Python writes six, and none at all in a
# whole second: a program that rounds its times never gets a Lease, and another is refused once in a million renewals.
#
# Seen with: k8s.io/api and k8s.io/apimachinery v0.36.3, Go 1.26; kubernetes 37.0.2, Python 3.11.
# Needs: go, python3, and access to the Go module proxy and PyPI.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > lease.py <<'PY'
import datetime, json
from kubernetes import client
for micros in (123456, 120000, 0):
    time = datetime.datetime(2026, 1, 2, 12, 0, 0, micros, datetime.timezone.utc)
    spec = client.V1LeaseSpec(renew_time=time)
    print(client.ApiClient().sanitize_for_serialization(spec)["renewTime"])
PY

cat > go.mod <<'GOMOD'
module finding

go 1.26.0

require (
	k8s.io/api v0.36.3
	k8s.io/apimachinery v0.36.3
)
GOMOD

cat > main.go <<'GO'
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	coordination "k8s.io/api/coordination/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func said(err error) string {
	if err != nil {
		return "refused"
	}
	return "taken"
}

func main() {
	times := bufio.NewScanner(os.Stdin)
	for times.Scan() {
		var lease coordination.Lease
		var condition meta.Condition
		inLease := json.Unmarshal([]byte(`{"spec":{"renewTime":"`+times.Text()+`"}}`), &lease)
		inCondition := json.Unmarshal([]byte(`{"lastTransitionTime":"`+times.Text()+`"}`), &condition)
		fmt.Printf("%s: in a Lease %s, in a condition %s\n", times.Text(), said(inLease), said(inCondition))
	}
}
GO

{
  python3 -m venv python
  python/bin/pip install kubernetes==37.0.2
  go mod tidy
} > install.log 2>&1 || { cat install.log >&2; exit 1; }
{
  printf '%s\n' 2026-01-02T12:00:00.123456Z 2026-01-02T12:00:00.123Z 2026-01-02T12:00:00.123456789Z 2026-01-02T12:00:00Z
  python/bin/python lease.py
} > times
seen=$(go run . < times)
printf '%s\n' "$seen"
expected='2026-01-02T12:00:00.123456Z: in a Lease taken, in a condition taken
2026-01-02T12:00:00.123Z: in a Lease refused, in a condition taken
2026-01-02T12:00:00.123456789Z: in a Lease refused, in a condition taken
2026-01-02T12:00:00Z: in a Lease refused, in a condition taken
2026-01-02T12:00:00.123456+00:00: in a Lease taken, in a condition taken
2026-01-02T12:00:00.120000+00:00: in a Lease taken, in a condition taken
2026-01-02T12:00:00+00:00: in a Lease refused, in a condition taken'
[ "$seen" = "$expected" ] || { echo 'not as it was when this was written' >&2; exit 1; }
