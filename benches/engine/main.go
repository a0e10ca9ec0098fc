// The other side of benches/engine.rs: the same templates and values through Go's text/template with the functions
// that helm gives to charts. It is started by the benchmark and asked line by line:
//
//	render CASE MILLISECONDS → {"nanoseconds": …}   one execution into a buffer that is used again
//	parse CASE MILLISECONDS  → {"nanoseconds": …}   one parsing of the text
//	output CASE              → {"output": "…"}
//	error                    → {"error": "…"}
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"text/template"
	"time"
	_ "unsafe" // for go:linkname

	"helm.sh/helm/v4/pkg/engine"
)

// helm's own way to give a template its functions; not exported, so it is linked by name (functions.s lets the
// compiler accept a function without a body).
//
//go:linkname initFunMap helm.sh/helm/v4/pkg/engine.Engine.initFunMap
func initFunMap(e engine.Engine, ctx context.Context, t *template.Template)

type loaded struct {
	text   string
	values any
	root   *template.Template
}

type answer struct {
	Nanoseconds float64 `json:"nanoseconds,omitempty"`
	Output      string  `json:"output,omitempty"`
	Error       string  `json:"error,omitempty"`
}

func load(folder, name string) (*loaded, error) {
	text, err := os.ReadFile(filepath.Join(folder, name, "template.tpl"))
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(folder, name, "data.json"))
	if err != nil {
		return nil, err
	}
	c := &loaded{text: string(text)}
	if err := json.Unmarshal(data, &c.values); err != nil {
		return nil, err
	}
	c.root = template.New("gotpl").Option("missingkey=zero")
	initFunMap(engine.Engine{}, context.Background(), c.root)
	_, err = c.root.New("main").Parse(c.text)
	return c, err
}

// processorTime is what the whole process has used: its garbage collector's work counts.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// measure repeats the work for at least that long and gives the mean time of one.
func measure(milliseconds int, work func() error) (float64, error) {
	budget := time.Duration(milliseconds) * time.Millisecond
	start := processorTime()
	count, batch := 0, 1
	for {
		for range batch {
			if err := work(); err != nil {
				return 0, err
			}
		}
		count += batch
		spent := processorTime() - start
		if spent >= budget {
			return float64(spent.Nanoseconds()) / float64(count), nil
		}
		if spent < budget/16 {
			batch *= 2
		}
	}
}

func run(folder string, words []string, cases map[string]*loaded) (answer, error) {
	if len(words) < 2 {
		return answer{}, fmt.Errorf("what of which case?")
	}
	c := cases[words[1]]
	if c == nil {
		var err error
		if c, err = load(folder, words[1]); err != nil {
			return answer{}, err
		}
		cases[words[1]] = c
	}
	var out bytes.Buffer
	render := func() error {
		out.Reset()
		return c.root.ExecuteTemplate(&out, "main", c.values)
	}
	parse := func() error {
		_, err := c.root.New("main").Parse(c.text)
		return err
	}
	if words[0] == "output" {
		err := render()
		return answer{Output: out.String()}, err
	}
	if len(words) < 3 {
		return answer{}, fmt.Errorf("for how long?")
	}
	milliseconds, err := strconv.Atoi(words[2])
	if err != nil {
		return answer{}, err
	}
	work := render
	if words[0] == "parse" {
		work = parse
	}
	nanoseconds, err := measure(milliseconds, work)
	return answer{Nanoseconds: nanoseconds}, err
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: engine FOLDER")
		os.Exit(2)
	}
	runtime.GOMAXPROCS(1)
	cases := map[string]*loaded{}
	lines := bufio.NewScanner(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	answers.SetEscapeHTML(false)
	for lines.Scan() {
		given, err := run(os.Args[1], strings.Fields(lines.Text()), cases)
		if err != nil {
			given = answer{Error: err.Error()}
		}
		if err := answers.Encode(given); err != nil {
			os.Exit(1)
		}
	}
}
