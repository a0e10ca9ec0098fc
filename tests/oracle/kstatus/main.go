// Command kstatus writes what the programs that helm waits with say of many objects, one JSON object a line:
//
//	go run . status > ../../cases/cluster/status.jsonl    kstatus (fluxcd cli-utils): object, status, message
//	go run . legacy > ../../cases/cluster/legacy.jsonl    helm's ReadyChecker: object, others, jobs, ready, error
//
// The objects are made here: each is a kind with some of its fields set, all combinations where they are few, else a
// selection that is the same each time. An error of kstatus is the status Unknown, as in helm's wait.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"strings"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"helm.sh/helm/v4/pkg/kube"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/resource"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
)

// unset leaves a field out.
var unset = struct{}{}

// axis is a field, by its path, with the values it may have.
type axis struct {
	path   string
	values []any
}

// family is a kind with its fields; at most limit objects are made of it.
type family struct {
	version, kind string
	axes          []axis
	limit         int
}

func n(values ...any) []any { return values }

// conds makes conditions: `Ready=False/Reason/Message`.
func conds(texts ...string) any {
	list := []any{}
	for _, text := range texts {
		kind, rest, _ := strings.Cut(text, "=")
		parts := strings.SplitN(rest+"//", "/", 3)
		condition := map[string]any{"type": kind, "status": parts[0]}
		if parts[1] != "" {
			condition["reason"] = parts[1]
		}
		if message := strings.TrimRight(parts[2], "/"); message != "" {
			condition["message"] = message
		}
		list = append(list, condition)
	}
	return list
}

func set(object map[string]any, path string, value any) {
	parts := strings.Split(path, ".")
	for _, part := range parts[:len(parts)-1] {
		next, ok := object[part].(map[string]any)
		if !ok {
			next = map[string]any{}
			object[part] = next
		}
		object = next
	}
	object[parts[len(parts)-1]] = value
}

// objects makes the objects of a family.
func (f family) objects(random *rand.Rand) []map[string]any {
	total := 1
	for _, axis := range f.axes {
		total *= len(axis.values)
	}
	picks := make([]int, 0, f.limit)
	if total <= f.limit {
		for at := range total {
			picks = append(picks, at)
		}
	} else {
		seen := map[int]bool{}
		for len(picks) < f.limit {
			if at := random.Intn(total); !seen[at] {
				seen[at] = true
				picks = append(picks, at)
			}
		}
	}
	var made []map[string]any
	for _, at := range picks {
		object := map[string]any{"apiVersion": f.version, "kind": f.kind}
		set(object, "metadata.name", "x")
		set(object, "metadata.namespace", "ns")
		for _, axis := range f.axes {
			value := axis.values[at%len(axis.values)]
			at /= len(axis.values)
			if value != unset {
				set(object, axis.path, value)
			}
		}
		made = append(made, object)
	}
	return made
}

// plain is an object as the API's JSON gives it: whole numbers are int64.
func plain(object map[string]any) map[string]any {
	text, err := json.Marshal(object)
	check(err)
	var read unstructured.Unstructured
	check(read.UnmarshalJSON(text))
	return read.Object
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(row map[string]any) {
	text, err := json.Marshal(row)
	check(err)
	fmt.Println(string(text))
}

func main() {
	random := rand.New(rand.NewSource(7))
	if len(os.Args) > 1 && os.Args[1] == "legacy" {
		for _, family := range legacyFamilies() {
			for _, object := range family.objects(random) {
				legacy(plain(object), random)
			}
		}
		return
	}
	for _, family := range statusFamilies() {
		for _, object := range family.objects(random) {
			row := map[string]any{"object": object, "status": "Unknown", "message": ""}
			if result, err := status.Compute(&unstructured.Unstructured{Object: plain(object)}); err == nil {
				row["status"], row["message"] = result.Status.String(), result.Message
			}
			write(row)
		}
	}
}

// legacy asks helm's checker about an object, with ReplicaSets and pods beside it.
func legacy(object map[string]any, random *rand.Rand) {
	others := beside(object, random)
	jobs := random.Intn(4) != 0
	known := []runtime.Object{typed(object)}
	for _, other := range others {
		known = append(known, typed(plain(other)))
	}
	client := fake.NewSimpleClientset(known...)
	options := []kube.ReadyCheckerOption{kube.PausedAsReady(true), kube.CheckJobs(jobs)}
	checker := kube.NewReadyChecker(client, options...)
	info := &resource.Info{Name: "x", Namespace: "ns", Object: typed(object)}
	ready, err := checker.IsReady(context.Background(), info)
	row := map[string]any{"object": object, "others": others, "jobs": jobs, "ready": ready, "error": ""}
	if err != nil {
		row["error"] = err.Error()
	}
	write(row)
}

func typed(object map[string]any) runtime.Object {
	read := &unstructured.Unstructured{Object: object}
	made, err := scheme.Scheme.New(read.GroupVersionKind())
	check(err)
	check(runtime.DefaultUnstructuredConverter.FromUnstructured(object, made))
	made.GetObjectKind().SetGroupVersionKind(read.GroupVersionKind())
	return made
}
