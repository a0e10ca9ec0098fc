// What client-go and its libraries answer: a question a line on stdin, the same line with `patch` or `error` on stdout.
// `patchoracle schema` prints instead the struct tags of the kinds that client-go knows, as an OpenAPI document.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/jsonmergepatch"
	"k8s.io/apimachinery/pkg/util/mergepatch"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/util/csaupgrade"
)

type question struct {
	Name     string          `json:"name,omitempty"`
	Do       string          `json:"do"`
	Kind     []string        `json:"kind,omitempty"` // apiVersion, kind
	Original json.RawMessage `json:"original,omitempty"`
	Modified json.RawMessage `json:"modified,omitempty"`
	Current  json.RawMessage `json:"current,omitempty"`
	Managers []string        `json:"managers,omitempty"`
	Patch    json.RawMessage `json:"patch,omitempty"`
	Error    string          `json:"error,omitempty"`
}

func (q *question) answer() (patch []byte, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panic: %v", fault)
		}
	}()
	switch q.Do {
	case "strategic":
		object, err := scheme.Scheme.New(schema.FromAPIVersionAndKind(q.Kind[0], q.Kind[1]))
		if err != nil {
			return nil, err
		}
		tags, err := strategicpatch.NewPatchMetaFromStruct(object)
		if err != nil {
			return nil, err
		}
		return strategicpatch.CreateThreeWayMergePatch(q.Original, q.Modified, q.Current, tags, true)
	case "three-way":
		return jsonmergepatch.CreateThreeWayJSONMergePatch(q.Original, q.Modified, q.Current,
			mergepatch.RequireKeyUnchanged("apiVersion"), mergepatch.RequireKeyUnchanged("kind"), mergepatch.RequireMetadataKeyUnchanged("name"))
	case "two-way":
		return jsonpatch.CreateMergePatch(q.Original, q.Modified)
	case "apply":
		return jsonpatch.MergePatch(q.Original, q.Modified)
	case "migrate":
		var object unstructured.Unstructured
		if err := json.Unmarshal(q.Current, &object.Object); err != nil {
			return nil, err
		}
		return csaupgrade.UpgradeManagedFieldsPatch(&object, sets.New(q.Managers...), "helm")
	}
	return nil, fmt.Errorf("no such question: %s", q.Do)
}

func main() {
	if err := apiextensions.AddToScheme(scheme.Scheme); err != nil {
		panic(err)
	}
	if len(os.Args) > 1 && os.Args[1] == "schema" {
		printSchema()
		return
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for lines.Scan() {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			panic(err)
		}
		patch, err := q.answer()
		q.Patch, q.Error = nil, ""
		if err != nil {
			q.Error = err.Error()
		} else if patch != nil {
			q.Patch = patch
		}
		if err := out.Encode(q); err != nil {
			panic(err)
		}
	}
}
