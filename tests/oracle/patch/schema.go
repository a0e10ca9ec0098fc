package main

import (
	"encoding/json"
	"os"
	"reflect"
	"sort"
	"strings"

	"k8s.io/client-go/kubernetes/scheme"
)

// The parts of an OpenAPI schema that patches ask for.
type node struct {
	Type       string           `json:"type,omitempty"`
	Ref        string           `json:"$ref,omitempty"`
	Properties map[string]*node `json:"properties,omitempty"`
	Items      *node            `json:"items,omitempty"`
	Additional *node            `json:"additionalProperties,omitempty"`
	MergeKey   string           `json:"x-kubernetes-patch-merge-key,omitempty"`
	Strategy   string           `json:"x-kubernetes-patch-strategy,omitempty"`
	Kinds      []kind           `json:"x-kubernetes-group-version-kind,omitempty"`
}

type kind struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

type walk struct{ schemas map[string]*node }

// k8s.io/api/apps/v1.Deployment as the server names it: io.k8s.api.apps.v1.Deployment
func name(t reflect.Type) string {
	path := strings.Replace(t.PkgPath(), "k8s.io/", "io.k8s.", 1)
	return strings.ReplaceAll(path, "/", ".") + "." + t.Name()
}

func (w *walk) of(t reflect.Type) *node {
	switch t.Kind() {
	case reflect.Pointer:
		return w.of(t.Elem())
	case reflect.Struct:
		w.add(t)
		return &node{Ref: "#/components/schemas/" + name(t)}
	case reflect.Map:
		return &node{Type: "object", Additional: w.of(t.Elem())}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return &node{Type: "string"}
		}
		return &node{Type: "array", Items: w.of(t.Elem())}
	case reflect.Bool:
		return &node{Type: "boolean"}
	case reflect.String:
		return &node{Type: "string"}
	}
	return &node{Type: "integer"}
}

func (w *walk) add(t reflect.Type) *node {
	if known := w.schemas[name(t)]; known != nil {
		return known
	}
	made := &node{Type: "object", Properties: map[string]*node{}}
	w.schemas[name(t)] = made
	w.fields(t, made)
	return made
}

func (w *walk) fields(t reflect.Type, into *node) {
	for at := range t.NumField() {
		field := t.Field(at)
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case tag == "-" || !field.IsExported():
		case tag == "" && field.Anonymous && field.Type.Kind() == reflect.Struct:
			w.fields(field.Type, into)
		case tag != "":
			sub := w.of(field.Type)
			sub.MergeKey = field.Tag.Get("patchMergeKey")
			sub.Strategy = field.Tag.Get("patchStrategy")
			into.Properties[tag] = sub
		}
	}
}

func printSchema() {
	w := &walk{map[string]*node{}}
	for gvk, t := range scheme.Scheme.AllKnownTypes() {
		known := gvk.Version == "__internal" || !strings.HasPrefix(t.PkgPath(), "k8s.io/api") || strings.Contains(t.PkgPath(), "/meta/")
		if known || strings.HasSuffix(gvk.Kind, "List") {
			continue
		}
		made := w.add(t)
		made.Kinds = append(made.Kinds, kind{gvk.Group, gvk.Version, gvk.Kind})
		sort.Slice(made.Kinds, func(i, j int) bool { return made.Kinds[i].Group+made.Kinds[i].Kind < made.Kinds[j].Group+made.Kinds[j].Kind })
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(map[string]any{"components": map[string]any{"schemas": w.schemas}}); err != nil {
		panic(err)
	}
}
