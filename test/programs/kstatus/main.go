// Prints what kstatus makes of the object (JSON) on its standard input: Current, InProgress, Failed, ...
package main

import (
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	fail(err)
	object := &unstructured.Unstructured{}
	fail(object.UnmarshalJSON(text))
	result, err := status.Compute(object)
	fail(err)
	fmt.Println(result.Status)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
