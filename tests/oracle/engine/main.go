// Command engine renders charts with Helm's own packages: the other side of the differential test.
//
// It reads one case a line on stdin and writes one answer a line on stdout, in any order:
//
//	{"id": 1, "values": "a: 1\n", "templates": {"templates/NOTES.txt": "…"}, "files": {…}, "repeat": 3}
//	{…, "user": "a: 2\n", "set": [["set", "b=1"]]}    a values file of the user and flags
//	{"id": 1, "out": "<base64>"}    what templates/NOTES.txt gave
//	{"id": 1, "err": "<base64>"}    or the error in full
//	{"id": 1, "varies": true}       the answer differed between repetitions
//
// A case that takes more than limitTime, or that fills the memory, ends the program: its answer and those of the
// cases beside it are missing, and the caller says so.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	"helm.sh/helm/v4/pkg/strvals"
)

const (
	chartYAML   = "apiVersion: v2\nname: t\nversion: 0.1.0\n"
	mainFile    = "t/templates/NOTES.txt"
	limitTime   = 10 * time.Second
	limitMemory = 3 << 30
	limitStack  = 256 << 20
)

// Helm's readers of folders and packages drop it; LoadFiles comes after them.
var byteOrderMark = []byte("\ufeff")

type question struct {
	ID        int               `json:"id"`
	Values    string            `json:"values"`
	Templates map[string]string `json:"templates"`
	Files     map[string]string `json:"files"`
	User      string            `json:"user"`
	Set       [][2]string       `json:"set"`
	Repeat    int               `json:"repeat"`
}

type answer struct {
	ID     int     `json:"id"`
	Out    *string `json:"out,omitempty"`
	Err    *string `json:"err,omitempty"`
	Varies bool    `json:"varies,omitempty"`
}

func main() {
	os.Setenv("TZ", "UTC")
	debug.SetMaxStack(limitStack)
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	workers := runtime.NumCPU()
	lines := make(chan []byte, workers)
	answers := make(chan answer, workers)
	started := make([]atomic.Int64, workers)
	var work sync.WaitGroup
	for worker := range workers {
		work.Go(func() {
			for line := range lines {
				started[worker].Store(time.Now().UnixNano())
				answers <- ask(line)
				started[worker].Store(0)
			}
		})
	}
	go read(lines)
	go watch(started)
	go func() { work.Wait(); close(answers) }()
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	for answer := range answers {
		if err := encoder.Encode(answer); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if len(answers) == 0 {
			out.Flush()
		}
	}
	out.Flush()
}

func read(lines chan<- []byte) {
	defer close(lines)
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			lines <- line
		}
		if err != nil {
			return
		}
	}
}

// watch ends the program when a case runs away: a Go routine can't be stopped from outside.
func watch(started []atomic.Int64) {
	for range time.Tick(100 * time.Millisecond) {
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		if memory.HeapAlloc > limitMemory {
			os.Exit(3)
		}
		for worker := range started {
			since := started[worker].Load()
			if since != 0 && time.Since(time.Unix(0, since)) > limitTime {
				os.Exit(3)
			}
		}
	}
}

func ask(line []byte) answer {
	var question question
	if err := json.Unmarshal(line, &question); err != nil {
		fmt.Fprintln(os.Stderr, "no case:", err)
		os.Exit(1)
	}
	out, err := render(question)
	for range question.Repeat {
		againOut, againErr := render(question)
		if out != againOut || (err == nil) != (againErr == nil) || (err != nil && err.Error() != againErr.Error()) {
			return answer{ID: question.ID, Varies: true}
		}
	}
	if err != nil {
		text := base64.StdEncoding.EncodeToString([]byte(err.Error()))
		return answer{ID: question.ID, Err: &text}
	}
	text := base64.StdEncoding.EncodeToString([]byte(out))
	return answer{ID: question.ID, Out: &text}
}

// raw gives a text's bytes: the last 256 characters of Unicode stand for one byte each, which need not be UTF-8.
func raw(text string) []byte {
	var data []byte
	for _, character := range text {
		if character >= 0x10FF00 {
			data = append(data, byte(character))
		} else {
			data = utf8.AppendRune(data, character)
		}
	}
	return data
}

// userValues does what Helm's flags for values do, each kind of them in its turn.
func userValues(question question) (map[string]any, error) {
	values := map[string]any{}
	if question.User != "" {
		given, err := loader.LoadValues(bytes.NewReader(raw(question.User)))
		if err != nil {
			return nil, fmt.Errorf("failed to parse /user.yaml: %w", err)
		}
		values = loader.MergeMaps(values, given)
	}
	for _, flag := range []string{"set-json", "set", "set-string", "set-literal"} {
		for _, set := range question.Set {
			if set[0] != flag {
				continue
			}
			var err error
			switch flag {
			case "set-json":
				if err = strvals.ParseJSON(set[1], values); err != nil {
					return nil, fmt.Errorf("failed parsing --set-json data %s", set[1])
				}
			case "set":
				err = strvals.ParseInto(set[1], values)
			case "set-string":
				err = strvals.ParseIntoString(set[1], values)
			case "set-literal":
				err = strvals.ParseLiteralInto(set[1], values)
			}
			if err != nil {
				return nil, fmt.Errorf("failed parsing --%s data: %w", flag, err)
			}
		}
	}
	return values, nil
}

// render does what `helm template` does up to the rendered files.
func render(question question) (string, error) {
	files := []*archive.BufferedFile{
		{Name: "Chart.yaml", Data: []byte(chartYAML)},
		{Name: "values.yaml", Data: raw(question.Values)},
	}
	for _, group := range []map[string]string{question.Templates, question.Files} {
		for name, text := range group {
			files = append(files, &archive.BufferedFile{Name: name, Data: bytes.TrimPrefix(raw(text), byteOrderMark)})
		}
	}
	values, err := userValues(question)
	if err != nil {
		return "", err
	}
	chart, err := loader.LoadFiles(files)
	if err != nil {
		return "", err
	}
	if err := chartutil.ProcessDependencies(chart, values); err != nil {
		return "", fmt.Errorf("chart dependencies processing failed: %w", err)
	}
	release := common.ReleaseOptions{Name: "rel", Namespace: "ns", Revision: 1, IsInstall: true}
	seen, err := util.ToRenderValues(chart, values, release, common.DefaultCapabilities.Copy())
	if err != nil {
		return "", err
	}
	rendered, err := engine.Engine{}.Render(chart, seen)
	if err != nil {
		return "", err
	}
	return rendered[mainFile], nil
}
