// Writes src/check/helm_lint/deprecations.txt: the Kubernetes APIs that helm's lint warns of, from the scheme of client-go.
//
//	cd tests/oracle/deprecations && cp HELM/go.mod HELM/go.sum . && go run -mod=mod . >../../../src/check/helm_lint/deprecations.txt
//
// HELM is the source of the helm whose table it is; one line an API: group and version, kind, the version that deprecates it, and
// what follows in the warning.
package main

import (
	"fmt"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/endpoints/deprecation"
	kscheme "k8s.io/client-go/kubernetes/scheme"
)

func main() {
	scheme := runtime.NewScheme()
	if err := kscheme.AddToScheme(scheme); err != nil {
		panic(err)
	}
	var lines []string
	for kind := range scheme.AllKnownTypes() {
		object, err := scheme.New(kind)
		if err != nil {
			continue
		}
		object.GetObjectKind().SetGroupVersionKind(kind)
		lifecycle, known := object.(interface{ APILifecycleDeprecated() (int, int) })
		if !known {
			continue
		}
		major, minor := lifecycle.APILifecycleDeprecated()
		message := deprecation.WarningMessage(object)
		if message == "" {
			continue
		}
		head := fmt.Sprintf("%s %s is deprecated in v%d.%d+", kind.GroupVersion(), kind.Kind, major, minor)
		lines = append(lines, fmt.Sprintf("%s %s %d.%d%s", kind.GroupVersion(), kind.Kind, major, minor, strings.TrimPrefix(message, head)))
	}
	sort.Strings(lines)
	fmt.Println(strings.Join(lines, "\n"))
}
