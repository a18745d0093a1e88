// Command kubelet plays the part of a kubelet that kube-apiserver asks to forward a port: the protocol is served
// by Kubernetes' own package for container runtimes, and every Pod has the network of this machine. It prints the
// address that it listens on, and ends when its standard input does.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"k8s.io/cri-streaming/pkg/streaming/portforward"
)

type localPorts struct{}

// PortForward connects a stream to a port of this machine until either of them ends.
func (localPorts) PortForward(_ context.Context, _, _ string, port int32, stream io.ReadWriteCloser) error {
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	ended := make(chan struct{}, 2)
	pipe := func(to io.Writer, from io.Reader) {
		_, _ = io.Copy(to, from)
		ended <- struct{}{}
	}
	go pipe(conn, stream)
	go pipe(stream, conn)
	<-ended
	return conn.Close()
}

func serve(w http.ResponseWriter, r *http.Request) {
	words := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if len(words) != 3 || words[0] != "portForward" {
		http.NotFound(w, r)
		return
	}
	options, err := portforward.NewV4Options(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	portforward.ServePortForward(w, r, localPorts{}, words[2], "", options, time.Hour, time.Minute,
		portforward.SupportedProtocols)
}

func main() {
	server := httptest.NewUnstartedServer(http.HandlerFunc(serve))
	server.StartTLS()
	fmt.Println(server.Listener.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}
